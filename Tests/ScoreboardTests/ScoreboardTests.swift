import Foundation
import Testing
import Threads

@testable import Scoreboard

/// The scoreboard of a single process.
@Suite struct ScoreboardTests {
    private let scoreboard = Scoreboard(directory: nil, streamLimit: 7)

    private func snapshot() throws -> Snapshot {
        try #require(scoreboard.read(within: 0).snapshots.first)
    }

    private func requests(_ snapshot: Snapshot) -> [[String]: UInt64] {
        Dictionary(uniqueKeysWithValues: Totals([snapshot]).series(of: .requests).map { ($0.labels, $0.values[0]) })
    }

    @Test func `many labels of one metric leave room for the others`() throws {
        for number in 0..<20_000 {
            scoreboard.update { $0.add(1, to: .droppedParameters, "field-\(number)") }
        }
        scoreboard.update { $0.add(1, to: .requests, "bob", "/proxy", "gpt-5", "200") }
        let snapshot = try snapshot()
        #expect(requests(snapshot) == [["bob", "/proxy", "gpt-5", "200"]: 1])
        let dropped = Totals([snapshot]).series(of: .droppedParameters)
        #expect(dropped.contains { $0.labels == ["other"] })
        #expect(dropped.reduce(0) { $0 + $1.values[0] } == 20_000)
    }

    @Test func `counts can be read`() throws {
        scoreboard.update {
            $0.add(1, to: .requests, "ann", "/proxy", "gpt-5", "200")
            $0.add(2, to: .requests, "ann", "/proxy", "gpt-5", "200")
            $0.add(1, to: .requests, "", "/proxy", "", "401")
            $0.add(10, 4, 20, 8, to: .tokens, "ann", "/proxy", "gpt-5")
        }
        let snapshot = try snapshot()
        #expect(snapshot.streamLimit == 7)
        #expect(snapshot.process == Int(getpid()))
        #expect(snapshot.requests == 4)
        #expect(requests(snapshot) == [["ann", "/proxy", "gpt-5", "200"]: 3, ["", "/proxy", "", "401"]: 1])
        #expect(Totals([snapshot]).series(of: .tokens).map(\.values) == [[10, 4, 20, 8]])
    }

    @Test func `requests are listed while they are live`() throws {
        let place = scoreboard.enter()
        #expect(try snapshot().live == 1)
        #expect(try snapshot().exchanges.isEmpty)
        place.describe(requestID: "r1", caller: "ann", route: "/proxy", model: "", method: "POST")
        place.describe(requestID: "r1", caller: "änn", route: "/proxy", model: "gpt-5", method: "POST")
        place.note(outputTokens: 12)
        var exchange = try #require(try snapshot().exchanges.first)
        #expect(
            [exchange.requestID, exchange.caller, exchange.route, exchange.model, exchange.method]
                == ["r1", "änn", "/proxy", "gpt-5", "POST"])
        #expect(exchange.outputTokens == 12)
        #expect(exchange.firstByte == nil)
        place.begin()
        #expect(try snapshot().exchanges.first?.firstByte != nil)
        scoreboard.leave(place)
        #expect(try snapshot().live == 0)
        #expect(try snapshot().mostLive == 1)
        #expect(try snapshot().exchanges.isEmpty)
        // The next request in the same slot starts with empty fields.
        let next = scoreboard.enter()
        next.describe(requestID: "r2", caller: "bob", route: "/proxy", model: "", method: "POST")
        exchange = try #require(try snapshot().exchanges.first)
        #expect(exchange.requestID == "r2")
        #expect(exchange.outputTokens == 0)
        #expect(exchange.firstByte == nil)
        scoreboard.leave(next)
    }

    @Test func `the state of a process's files can be read`() throws {
        var snapshot = try #require(scoreboard.read(within: 10).snapshots.first)
        #expect((snapshot.keysVersion, snapshot.unreadableFiles) == (0, 0))
        scoreboard.note(keysVersion: .max)
        scoreboard.note(unreadableFiles: 0b101)
        snapshot = try #require(scoreboard.read(within: 10).snapshots.first)
        #expect((snapshot.keysVersion, snapshot.unreadableFiles) == (.max, 0b101))
    }

    @Test func `requests beyond the number of slots are counted`() throws {
        let places = (0..<Layout.requestSlotCount + 10).map { _ in
            let place = scoreboard.enter()
            place.describe(requestID: "r", caller: "ann", route: "/proxy", model: "m", method: "POST")
            return place
        }
        #expect(try snapshot().live == Layout.requestSlotCount + 10)
        #expect(try snapshot().exchanges.count == Layout.requestSlotCount)
        for place in places { scoreboard.leave(place) }
        #expect(try snapshot().live == 0)
        #expect(try snapshot().exchanges.isEmpty)
    }

    @Test func `the fullest scoreboard fits into a slot of its file`() throws {
        let board = Board(streamLimit: 1, .system)
        let long = String(repeating: "x", count: 200)
        for _ in 0..<Layout.requestSlotCount {
            board.enter().describe(requestID: long, caller: long, route: long, model: long, method: long)
        }
        for number in 0..<10_000 {
            board.update {
                $0.add(1, to: .requests, "\(number)\(long)", long, long, "200")
                $0.add(1, 1, 1, 1, to: .tokens, "\(number)\(long)", long, long)
                $0.add(1, to: .errors, "\(number)\(long)", long)
                $0.add(1, to: .droppedParameters, "\(number)\(long)")
                $0.observe(1, in: .duration, "\(number)\(long)", long, long)
                for metric in [Metric.firstByte, .inputTokens, .outputTokens] {
                    $0.observe(1, in: metric, "\(number)\(long)", long)
                }
            }
        }
        let image = board.image()
        #expect(image.section(.series).count > Layout.seriesCapacity - 1000)
        #expect(image.body.count + Interval.kept * 9 <= Layout.bodyCapacity)
    }

    @Test func `long texts are truncated`() throws {
        let place = scoreboard.enter()
        let long = String(repeating: "ä", count: 300)
        place.describe(requestID: long, caller: long, route: long, model: long, method: long)
        let exchange = try #require(try snapshot().exchanges.first)
        for text in [exchange.requestID, exchange.caller, exchange.route, exchange.model, exchange.method] {
            #expect(text == String(repeating: "ä", count: 48))
        }
    }

    @Test func `without space for another series, values are counted as other`() throws {
        let count = 30_000
        for number in 0..<count {
            scoreboard.update { $0.add(1, to: .requests, "caller \(number)", "/proxy", "gpt-5", "200") }
        }
        let requests = Totals([try snapshot()]).series(of: .requests)
        #expect(requests.reduce(0) { $0 + $1.values[0] } == UInt64(count))
        #expect(requests.contains { $0.labels == ["other", "other", "other", "other"] && $0.values[0] > 1 })
    }

    @Test func `labels cannot break a line`() throws {
        scoreboard.update { $0.add(1, to: .errors, "/a\nb\u{1F}c", String(repeating: "é", count: 100)) }
        let series = try #require(Totals([try snapshot()]).series(of: .errors).first)
        #expect(series.labels == ["/a?b?c", String(repeating: "é", count: 48)])
    }

    @Test func `the history has requests, tokens and live requests`() throws {
        let places = [scoreboard.enter(), scoreboard.enter()]
        scoreboard.leave(places[0])
        scoreboard.update { $0.addToHistory(isError: true, inputTokens: 3, outputTokens: 4, firstByte: 0.25) }
        let intervals = try snapshot().intervals
        let values: [Interval.Value] = [
            .requests, .errors, .inputTokens, .outputTokens, .firstByteCount, .firstByteMilliseconds,
        ]
        let sums = values.map { value in intervals.reduce(0) { $0 + $1[value] } }
        #expect(sums == [1, 1, 3, 4, 1, 250])
        #expect(intervals.map { $0[.mostLive] }.max() == 2)
        #expect(intervals.max { $0.number < $1.number }?[.liveAtEnd] == 1)
    }
}

@Suite struct HistogramTests {
    private func series(_ values: [Double], _ metric: Metric = .duration) throws -> Series {
        let scoreboard = Scoreboard(directory: nil, streamLimit: 1)
        scoreboard.update { metrics in
            for value in values {
                if metric == .duration {
                    metrics.observe(value, in: metric, "/proxy", "gpt-5", "")
                } else {
                    metrics.observe(value, in: metric, "/proxy", "gpt-5")
                }
            }
        }
        return try #require(Totals(scoreboard.read(within: 0).snapshots).series(of: metric).first)
    }

    @Test func `sum and count are exact`() throws {
        let series = try series([0.1, 0.25, 3.5, 1000])
        #expect(series.count == 4)
        #expect(series.sum == 1003.85)
    }

    @Test(arguments: [0.5, 0.95, 0.99]) func `quantiles are close to the exact ones`(_ share: Double) throws {
        let values = (1...10_000).map { Double($0) / 200 }
        let exact = values[Int(share * 10_000) - 1]
        let found = try #require(try series(values).quantile(share))
        #expect(abs(found / exact - 1) < 0.1)
    }

    @Test func `a bound belongs to its own bucket`() {
        let bounds = Bounds.firstByte
        for (index, bound) in bounds.values.enumerated() {
            #expect(bounds.bucket(of: bound) == index)
            #expect(bounds.bucket(of: bound.nextUp) == index + 1)
        }
    }

    @Test func `the published bounds are the recommended ones`() {
        #expect(
            Bounds.firstByte.published.map(\.bound)
                == [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10])
        #expect(Bounds.tokens.published.map(\.bound).last == 67_108_864)
        #expect(Bounds.duration.published.map(\.bound).last == 81.92)
    }
}

@Suite struct LiveHistoryTests {
    @Test func `between changes the number of live requests stays the same`() {
        func interval(_ number: Int, most: Int, atEnd: Int) -> Interval {
            var interval = Interval(number: number)
            interval[.mostLive] = most
            interval[.liveAtEnd] = atEnd
            return interval
        }
        let intervals = [interval(10, most: 5, atEnd: 2), interval(13, most: 3, atEnd: 1)]
        #expect(Snapshot.live(in: Array(9...15), noted: intervals, now: 1) == [0, 5, 2, 2, 3, 1, 1])
        #expect(Snapshot.live(in: Array(12...14), noted: intervals, now: 1) == [2, 3, 1])
        #expect(Snapshot.live(in: [20, 21], noted: [], now: 4) == [4, 4])
    }
}
