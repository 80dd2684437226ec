import Foundation
import Threads

@testable import Scoreboard

/// A directory that is removed at the end of the test.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        try make()
    }

    deinit { remove() }

    func make() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? [] }

    /// The paths of the processes' scoreboards, without the totals.
    var boards: [String] {
        files.filter { $0.hasSuffix(".scoreboard") && $0 != "past.scoreboard" }.map { "\(path)/\($0)" }
    }

    var past: String { "\(path)/past.scoreboard" }

    /// Reads all scoreboards.
    func read() throws -> StateDirectory.Content {
        try StateDirectory(path).read()
    }

    /// The sum of a metric over all processes.
    func count(_ metric: Metric = .clientLeft) throws -> UInt64 {
        try read().snapshots.count(metric)
    }

    /// Writes a file.
    func write(_ content: [UInt8], to name: String) throws {
        try Data(content).write(to: URL(filePath: "\(path)/\(name)"))
    }

    func content(of name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: name)))
    }
}

extension [Snapshot] {
    func count(_ metric: Metric) -> UInt64 {
        Totals(self).series(of: metric).reduce(0) { $0 + $1.values[0] }
    }
}

/// A process's scoreboard without its thread: it is copied on demand. Releasing this object simulates the process's end.
final class TestProcess {
    let board: Board
    private let kept: KeptBoard
    private let log = Log()

    private final class Log {
        var faults: [DirectoryFault?] = []
    }

    /// The reported faults of the directory; nil means that a fault has ended.
    var reports: [DirectoryFault?] { log.faults }

    /// - Parameter clientLeft: the initial count of the metric ``Metric/clientLeft``.
    init(_ directory: TemporaryDirectory, clientLeft: Int = 0, clock: Clock = .system) {
        board = Board(streamLimit: 100, clock)
        kept = KeptBoard(board, in: StateDirectory(directory.path, clock: clock)) { [log] in log.faults.append($0) }
        count(clientLeft)
        copy()
    }

    func count(_ clientLeft: Int) {
        board.update { $0.add(clientLeft, to: .clientLeft) }
    }

    func copy() {
        kept.copy()
        kept.addUpEnded()
    }
}
