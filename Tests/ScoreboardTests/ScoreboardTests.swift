import Foundation
import Testing

@testable import Scoreboard

/// A directory that lasts as long as the test.
final class TemporaryDirectory {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? [] }
}

@Suite struct ScoreboardTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func makeScoreboard() throws -> Scoreboard {
        try Scoreboard(directory: directory.path, streamLimit: 100)
    }

    private func requests(_ snapshots: [Snapshot]) -> [[String]: UInt64] {
        Dictionary(uniqueKeysWithValues: Totals(snapshots).series(of: .requests).map { ($0.labels, $0.values[0]) })
    }

    @Test func `what is counted can be read`() throws {
        let scoreboard = try Scoreboard(directory: nil, streamLimit: 7)
        scoreboard.update {
            $0.add(1, to: .requests, "ann", "/proxy", "gpt-5", "200")
            $0.add(2, to: .requests, "ann", "/proxy", "gpt-5", "200")
            $0.add(1, to: .requests, "", "/proxy", "", "401")
            $0.add(10, 4, 20, 8, to: .tokens, "ann", "/proxy", "gpt-5")
        }
        let snapshot = try #require(try scoreboard.read().first)
        #expect(snapshot.streamLimit == 7)
        #expect(snapshot.process == Int(getpid()))
        #expect(requests([snapshot]) == [["ann", "/proxy", "gpt-5", "200"]: 3, ["", "/proxy", "", "401"]: 1])
        #expect(Totals([snapshot]).series(of: .tokens).map(\.values) == [[10, 4, 20, 8]])
    }

    @Test func `live exchanges are seen while they live`() throws {
        let scoreboard = try makeScoreboard()
        let place = scoreboard.enter()
        place.describe(requestID: "r1", caller: "ann", route: "/proxy", model: "", method: "POST")
        place.describe(requestID: "r1", caller: "änn", route: "/proxy", model: "gpt-5", method: "POST")
        place.note(outputTokens: 12)
        var snapshot = try #require(try scoreboard.read().first)
        var exchange = try #require(snapshot.exchanges.first)
        #expect(snapshot.live == 1)
        #expect(
            [exchange.requestID, exchange.caller, exchange.route, exchange.model, exchange.method]
                == ["r1", "änn", "/proxy", "gpt-5", "POST"])
        #expect(exchange.outputTokens == 12)
        #expect(exchange.firstByte == nil)
        place.begin()
        snapshot = try #require(try scoreboard.read().first)
        #expect(snapshot.exchanges.first?.firstByte != nil)
        scoreboard.leave(place)
        snapshot = try #require(try scoreboard.read().first)
        #expect(snapshot.live == 0)
        #expect(snapshot.mostLive == 1)
        #expect(snapshot.exchanges.isEmpty)
        // The next one on the same place begins anew.
        let next = scoreboard.enter()
        next.describe(requestID: "r2", caller: "bob", route: "/proxy", model: "", method: "POST")
        exchange = try #require(try scoreboard.read().first?.exchanges.first)
        #expect(exchange.requestID == "r2")
        #expect(exchange.outputTokens == 0)
        #expect(exchange.firstByte == nil)
        scoreboard.leave(next)
    }

    @Test func `what a process says of its files is seen by others`() throws {
        let scoreboard = try makeScoreboard()
        var snapshot = try #require(try scoreboard.read().first)
        #expect((snapshot.keysVersion, snapshot.unreadableFiles) == (0, 0))
        scoreboard.note(keysVersion: .max)
        scoreboard.note(unreadableFiles: 0b101)
        snapshot = try #require(try scoreboard.read().first)
        #expect((snapshot.keysVersion, snapshot.unreadableFiles) == (.max, 0b101))
    }

    @Test func `more exchanges than places are counted though not listed`() throws {
        let scoreboard = try makeScoreboard()
        let places = (0..<Layout.placeCount + 10).map { _ in
            let place = scoreboard.enter()
            place.describe(requestID: "r", caller: "ann", route: "/proxy", model: "m", method: "POST")
            return place
        }
        let snapshot = try #require(try scoreboard.read().first)
        #expect(snapshot.live == Layout.placeCount + 10)
        #expect(snapshot.exchanges.count == Layout.placeCount)
        for place in places { scoreboard.leave(place) }
        #expect(try scoreboard.read().first?.live == 0)
    }

    @Test func `texts longer than their room are cut`() throws {
        let scoreboard = try makeScoreboard()
        let place = scoreboard.enter()
        let long = String(repeating: "ä", count: 300)
        place.describe(requestID: long, caller: long, route: long, model: long, method: long)
        let exchange = try #require(try scoreboard.read().first?.exchanges.first)
        #expect(exchange.caller == String(repeating: "ä", count: 24))
        scoreboard.leave(place)
    }

    @Test func `processes of one directory are seen as one`() throws {
        let first = try makeScoreboard()
        let second = try makeScoreboard()
        first.update { $0.add(1, to: .retries) }
        second.update { $0.add(2, to: .retries) }
        let place = second.enter()
        let snapshots = try first.read()
        #expect(snapshots.count { $0.isLive } == 2)
        #expect(snapshots.reduce(0) { $0 + $1.live } == 1)
        #expect(Totals(snapshots).series(of: .retries).map(\.values) == [[3]])
        second.leave(place)
    }

    @Test func `what ended processes have done stays, in one file`() throws {
        for count in 1...5 {
            let scoreboard = try makeScoreboard()
            scoreboard.update {
                $0.add(count, to: .requests, "ann", "/proxy", "gpt-5", "200")
                $0.observe(0.5, in: .firstByte, "/proxy", "gpt-5")
                $0.addToHistory(isError: false, inputTokens: 1, outputTokens: 2, firstByte: 0.25)
            }
            _ = scoreboard.enter()
        }
        let last = try makeScoreboard()
        let snapshots = try last.read()
        #expect(snapshots.count { $0.isLive } == 1)
        #expect(snapshots.allSatisfy { $0.live == 0 && $0.exchanges.isEmpty })
        #expect(directory.files.count == 3, "the lock, what is past, and the live one: \(directory.files)")
        let totals = Totals(snapshots)
        #expect(totals.series(of: .requests).map(\.values) == [[15]])
        #expect(totals.series(of: .firstByte).first?.count == 5)
        let intervals = snapshots.flatMap(\.intervals)
        #expect(intervals.reduce(0) { $0 + $1[.requests] } == 5)
        #expect(intervals.reduce(0) { $0 + $1[.firstByteMilliseconds] } == 1250)
        withExtendedLifetime(last) {}
    }

    @Test func `an ended process counts before another has added it up`() throws {
        let reader = try makeScoreboard()
        do {
            let scoreboard = try makeScoreboard()
            scoreboard.update { $0.add(1, to: .clientLeft) }
        }
        #expect(Totals(try reader.read()).series(of: .clientLeft).map(\.values) == [[1]])
    }

    @Test func `files that are no scoreboards are let alone`() throws {
        let names = ["note.txt", "1-1.scoreboard", "2-2.scoreboard", "3-3.scoreboard"]
        let contents = [Data("x".utf8), Data(), Data(repeating: 0xFF, count: 5000), Data(repeating: 0, count: 100_000)]
        for (name, content) in zip(names, contents) {
            try content.write(to: URL(filePath: "\(directory.path)/\(name)"))
        }
        let scoreboard = try makeScoreboard()
        scoreboard.update { $0.add(1, to: .clientLeft) }
        #expect(Totals(try scoreboard.read()).series(of: .clientLeft).map(\.values) == [[1]])
        #expect(directory.files.contains("note.txt"))
    }

    @Test(arguments: 0..<64) func `a file of this layout with rubbish in it is read without harm`(_ seed: Int) throws {
        let scoreboard = try makeScoreboard()
        scoreboard.update { $0.add(1, to: .clientLeft) }
        let place = scoreboard.enter()
        place.describe(requestID: "r", caller: "c", route: "/", model: "m", method: "GET")
        let name = try #require(directory.files.first { $0.hasSuffix(".scoreboard") })
        var content = try Data(contentsOf: URL(filePath: "\(directory.path)/\(name)"))
        var random = SystemRandomNumberGenerator()
        let areas = [
            8..<64, Layout.history..<Layout.history + 800, Layout.places..<Layout.places + 256,
            Layout.series..<content.count,
        ]
        for _ in 0..<20 {
            content[Int.random(in: areas[seed % 4], using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        try content.write(to: URL(filePath: "\(directory.path)/9-9.scoreboard"))
        _ = Totals(try scoreboard.read())
        // Adding it up, as one that has ended, must do no harm either.
        _ = try makeScoreboard()
        scoreboard.leave(place)
    }

    @Test func `when there is no room for another series it is counted with others like it`() throws {
        let scoreboard = try makeScoreboard()
        let count = 30_000
        for number in 0..<count {
            scoreboard.update { $0.add(1, to: .requests, "caller \(number)", "/proxy", "gpt-5", "200") }
        }
        let requests = Totals(try scoreboard.read()).series(of: .requests)
        #expect(requests.reduce(0) { $0 + $1.values[0] } == UInt64(count))
        #expect(requests.contains { $0.labels == ["other", "other", "other", "other"] && $0.values[0] > 1 })
    }

    @Test func `labels cannot break a line`() throws {
        let scoreboard = try makeScoreboard()
        scoreboard.update { $0.add(1, to: .errors, "/a\nb\u{1F}c", String(repeating: "é", count: 100)) }
        let series = try #require(Totals(try scoreboard.read()).series(of: .errors).first)
        #expect(series.labels == ["/a?b?c", String(repeating: "é", count: 48)])
    }

    @Test func `a directory that cannot be used is said with the way out`() throws {
        let error = #expect(throws: ScoreboardError.self) {
            try Scoreboard(directory: "\(directory.path)/missing", streamLimit: 1)
        }
        #expect(error?.description.hasSuffix("No such file or directory; create the directory") == true)
    }
}

@Suite struct HistogramTests {
    private func series(_ values: [Double], _ metric: Metric = .duration) throws -> Series {
        let scoreboard = try Scoreboard(directory: nil, streamLimit: 1)
        scoreboard.update { ledger in
            for value in values {
                if metric == .duration {
                    ledger.observe(value, in: metric, "/proxy", "gpt-5", "")
                } else {
                    ledger.observe(value, in: metric, "/proxy", "gpt-5")
                }
            }
        }
        return try #require(Totals(try scoreboard.read()).series(of: metric).first)
    }

    @Test func `sum and count are exact`() throws {
        let series = try series([0.1, 0.25, 3.5, 1000])
        #expect(series.count == 4)
        #expect(series.sum == 1003.85)
    }

    @Test(arguments: [0.5, 0.95, 0.99]) func `quantiles are near the exact ones`(_ share: Double) throws {
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

    @Test func `the published bounds are those that are advised`() {
        #expect(
            Bounds.firstByte.published.map(\.bound)
                == [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10])
        #expect(Bounds.tokens.published.map(\.bound).last == 67_108_864)
        #expect(Bounds.duration.published.map(\.bound).last == 81.92)
    }
}

@Suite struct LiveHistoryTests {
    @Test func `between changes as many are live as at the last one`() {
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
