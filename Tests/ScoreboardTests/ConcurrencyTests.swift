import Foundation
import Synchronization
import Testing
import Threads

@testable import Scoreboard

/// Threads that read a scoreboard while others change it. The thread sanitizer also checks these tests for data races.
@Suite struct ConcurrencyTests {
    @Test func `a snapshot in the process has no row and no counts of two requests`() throws {
        let traffic = Traffic()
        try runInThreads(
            traffic.writers + traffic.readers { Snapshot(traffic.board.image(), isLive: true) })
        #expect(traffic.inconsistencies.isEmpty)
        #expect(Snapshot(traffic.board.image(), isLive: true).requests == Traffic.requestCount)
    }

    /// The file is written without a pause. If both slots change during a reading, that reading has no snapshot.
    @Test func `a snapshot from the file has no row and no counts of two requests`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        let traffic = Traffic()
        try runInThreads(
            traffic.writers + [{ traffic.copy(to: path) }]
                + traffic.readers { try? StateDirectory(path).read(besides: 0).snapshots.first })
        #expect(traffic.inconsistencies.isEmpty)
        #expect(try directory.count(.requests) == Traffic.requestCount)
    }
}

/// Requests from several threads. All values of a request contain its number.
private final class Traffic: Sendable {
    private static let writerCount = 4
    private static let requestsPerWriter = 300
    static let requestCount = UInt64(writerCount * requestsPerWriter)

    let board = Board(streamLimit: 100, .system)
    private let busyWriters = Atomic(writerCount)
    private let checkedCount = Atomic(0)
    private let found = Mutex<[String]>([])

    var inconsistencies: [String] { found.withLock { $0 } }
    private var isOver: Bool { busyWriters.load(ordering: .acquiring) == 0 }

    var writers: [@Sendable () -> Void] {
        (0..<Self.writerCount).map { writer in
            {
                for index in 1...Self.requestsPerWriter { self.send(writer * Self.requestsPerWriter + index) }
                self.busyWriters.subtract(1, ordering: .releasing)
            }
        }
    }

    /// Threads that check snapshots, at least one altogether, until the last request has ended.
    ///
    /// - Parameter read: takes a snapshot; nil if there is none.
    func readers(_ read: @escaping @Sendable () -> Snapshot?) -> [@Sendable () -> Void] {
        (0..<4).map { _ in
            {
                while !self.isOver || self.checkedCount.load(ordering: .relaxed) == 0 {
                    if let snapshot = read() { self.check(snapshot) }
                }
            }
        }
    }

    /// Copies the scoreboard to its file in a directory until the last request has ended.
    func copy(to path: String) {
        let kept = KeptBoard(board, in: StateDirectory(path)) { _ in }
        while !isOver { kept.copy() }
        kept.copy()
    }

    /// A request changes its description often, and each time all of it.
    private func send(_ number: Int) {
        let slot = board.enter()
        for version in 1...100 {
            let text = "\(number).\(version)"
            slot.describe(requestID: text, caller: text, route: text, model: text, method: text)
            slot.note(outputTokens: number)
        }
        board.update { metrics in
            metrics.add(1, to: .requests, "ann", "/proxy", "gpt-5", "200")
            metrics.add(number, number, number, number, to: .tokens, "ann", "/proxy", "gpt-5")
        }
        board.leave(slot)
    }

    private func check(_ snapshot: Snapshot) {
        checkedCount.add(1, ordering: .relaxed)
        let mixedRows = snapshot.exchanges.filter { !isOfOneRequest($0) }.map { "row: \($0)" }
        let mixedCounts = Totals([snapshot]).series(of: .tokens).filter { Set($0.values).count > 1 }
            .map { "counts: \($0.values)" }
        let count = snapshot.exchanges.count
        let surplus = count > snapshot.live && snapshot.isLive ? ["\(count) rows, but \(snapshot.live) requests"] : []
        found.withLock { $0 += mixedRows + mixedCounts + surplus }
    }

    private func isOfOneRequest(_ row: LiveRequest) -> Bool {
        Set([row.requestID, row.caller, row.route, row.model, row.method]).count == 1
            && (row.outputTokens == 0 || row.requestID.hasPrefix("\(row.outputTokens)."))
    }
}

/// Runs each closure in a thread, and waits until all have returned.
private func runInThreads(_ bodies: [@Sendable () -> Void]) throws {
    let group = DispatchGroup()
    for body in bodies {
        group.enter()
        try Threads.Thread.start(name: "test", stackSize: 1 << 20) {
            body()
            group.leave()
        }
    }
    group.wait()
}
