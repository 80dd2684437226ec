import Synchronization
import Testing
import Threads

@testable import Scoreboard

/// Extreme numbers from upstream and from the system's clock.
struct OutsideNumbersTests {
    /// A wall clock that can be set, and a monotonic clock.
    private final class Times: Sendable {
        private let now = Mutex((stamp: UInt64(0), elapsed: UInt64(0)))

        func set(stamp: UInt64, elapsed: UInt64) {
            now.withLock { $0 = (stamp, elapsed) }
        }

        var clock: Clock {
            Clock {
                self.now.withLock { $0.stamp }
            } elapsed: {
                self.now.withLock { $0.elapsed }
            }
        }
    }

    private let second: UInt64 = 1_000_000_000

    @Test(arguments: [1_700_000_000 - 5, 1_700_000_000 - 86_400, 0, 9_000_000_000] as [UInt64])
    func `setting the wall clock during a request does not change durations`(seconds: UInt64) throws {
        let times = Times()
        times.set(stamp: 1_700_000_000 * second, elapsed: 100 * second)
        let scoreboard = Scoreboard(directory: nil, streamLimit: 1, clock: times.clock)
        let place = scoreboard.enter()
        place.describe(requestID: "r", caller: "", route: "/proxy", model: "", method: "POST")
        times.set(stamp: seconds * second, elapsed: 102 * second)
        place.begin()
        scoreboard.update {
            $0.addToHistory(isError: false, inputTokens: 1, outputTokens: 1, firstByte: 2)
        }
        let exchange = try #require(scoreboard.read(within: 0).snapshots.first?.exchanges.first)
        #expect(exchange.firstByte == 2)
        #expect(exchange.startTime == 1_700_000_000)
        scoreboard.leave(place)
        #expect(scoreboard.read(within: 0).snapshots.first?.live == 0)
    }

    @Test func `a request that started before 1970 is listed`() throws {
        let scoreboard = Scoreboard(directory: nil, streamLimit: 1, clock: Times().clock)
        let place = scoreboard.enter()
        place.describe(requestID: "r", caller: "", route: "/proxy", model: "", method: "POST")
        #expect(scoreboard.read(within: 0).snapshots.first?.exchanges.count == 1)
    }

    @Test(arguments: [Int.min, -1, 0, 1 << 40, Int.max])
    func `extreme counts do not trap`(count: Int) throws {
        let scoreboard = Scoreboard(directory: nil, streamLimit: count)
        for _ in 1...4 {
            let place = scoreboard.enter()
            place.note(outputTokens: count)
            scoreboard.update {
                $0.add(count, count, count, count, to: .tokens, "ann", "/proxy", "gpt-5")
                $0.observe(Double(count), in: .inputTokens, "/proxy", "gpt-5")
                $0.addToHistory(isError: false, inputTokens: count, outputTokens: count, firstByte: Double(count))
            }
            scoreboard.leave(place)
        }
        let totals = Totals(scoreboard.read(within: 0).snapshots + scoreboard.read(within: 0).snapshots)
        #expect(totals.series(of: .inputTokens).first?.count == 8)
        #expect(totals.series(of: .tokens).isEmpty == (count <= 0))
    }

    @Test(arguments: [-Double.infinity, -1, .nan, 1e300, .infinity])
    func `extreme measurements do not trap`(value: Double) throws {
        let scoreboard = Scoreboard(directory: nil, streamLimit: 1)
        scoreboard.update {
            $0.observe(value, in: .duration, "/proxy", "", "")
            $0.addToHistory(isError: false, inputTokens: 0, outputTokens: 0, firstByte: value)
        }
        let series = try #require(Totals(scoreboard.read(within: 0).snapshots).series(of: .duration).first)
        #expect(series.count == 1)
        #expect(series.sum >= 0 && series.sum.isFinite)
        #expect(series.quantile(0.5) != nil)
    }

    @Test func `sums saturate at the greatest number`() {
        #expect(UInt64.max.saturatingAdd(1) == .max)
        #expect(UInt64(1).saturatingAdd(2) == 3)
    }
}
