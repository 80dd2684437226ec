import Foundation
import Testing

@testable import Scoreboard

/// A state directory that is temporarily unusable.
@Suite struct DirectoryFaultTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func `a missing directory is reported once, with a remedy, and used when it appears`() throws {
        directory.remove()
        let process = TestProcess(directory, clientLeft: 1)
        process.copy()
        #expect(process.reports.count == 1)
        let text = try #require(process.reports.first??.description)
        #expect(
            text.hasPrefix(
                "cannot keep a scoreboard in \(directory.path): No such file or directory; create the directory"))
        try directory.make()
        process.copy()
        #expect(process.reports.count == 2 && process.reports[1] == nil)
        #expect(try directory.count() == 1)
    }

    @Test func `a directory that is removed and created again gets a file with all counts`() throws {
        let process = TestProcess(directory, clientLeft: 1)
        directory.remove()
        process.count(1)
        process.copy()
        try directory.make()
        process.copy()
        #expect(process.reports.count == 2)
        #expect(try directory.count() == 2)
        #expect(try directory.read().snapshots.count { $0.isLive } == 1)
    }

    @Test func `a file that is removed or renamed is created again and counts once`() throws {
        let process = TestProcess(directory, clientLeft: 1)
        let path = try #require(directory.boards.first)
        try FileManager.default.removeItem(atPath: path)
        process.copy()
        #expect(directory.boards == [path])
        try FileManager.default.moveItem(atPath: path, toPath: "\(directory.path)/0-0.scoreboard")
        process.copy()
        #expect(directory.boards.count == 2)
        #expect(try directory.count() == 1)
        #expect(process.reports.isEmpty)
    }

    @Test func `a file in place of the directory is reported`() throws {
        directory.remove()
        try Data().write(to: URL(filePath: directory.path))
        let process = TestProcess(directory, clientLeft: 1)
        #expect(process.reports.first??.description.contains("Not a directory") == true)
        try FileManager.default.removeItem(atPath: directory.path)
        try directory.make()
        process.copy()
        #expect(try directory.count() == 1)
    }

    @Test func `with an unreadable directory, the process and the counts of ended ones remain`() throws {
        directory.remove()
        let scoreboard = Scoreboard(directory: directory.path, streamLimit: 1)
        scoreboard.waitUntilShared(seconds: 60)
        scoreboard.update { $0.add(1, to: .clientLeft) }
        var reading = scoreboard.read(within: 60)
        #expect(reading.snapshots.count == 1 && reading.snapshots.count(.clientLeft) == 1)
        #expect(reading.faults.count == 2)
        try directory.make()
        #expect(eventually { scoreboard.read(within: 60).faults.isEmpty })
        // The counts of ended processes are kept when the directory becomes unreadable.
        do { _ = TestProcess(directory, clientLeft: 5) }
        #expect(scoreboard.read(within: 60).snapshots.count(.clientLeft) == 6)
        directory.remove()
        reading = scoreboard.read(within: 60)
        #expect(reading.snapshots.count(.clientLeft) == 6)
        #expect(reading.snapshots.count { $0.isLive } == 1)
    }

    @Test func `fifos, links and directories in place of files do not block`() throws {
        #expect(mkfifo("\(directory.path)/1-1.scoreboard", 0o600) == 0)
        #expect(mkfifo("\(directory.path)/past.scoreboard", 0o600) == 0)
        #expect(mkfifo("\(directory.path)/lock", 0o600) == 0)
        #expect(mkfifo("\(directory.path)/1-1.new", 0o600) == 0)
        #expect(symlink("/dev/zero", "\(directory.path)/2-2.scoreboard") == 0)
        #expect(symlink("3-3.scoreboard", "\(directory.path)/3-3.scoreboard") == 0)
        #expect(mkdir("\(directory.path)/4-4.scoreboard", 0o700) == 0)
        let process = TestProcess(directory, clientLeft: 1)
        #expect(try directory.count() == 1)
        guard case .cannotAddUp(let error)?? = process.reports.first else {
            Issue.record("\(process.reports)")
            return
        }
        #expect(error.description.hasSuffix("remove the existing file or directory"))
        #expect(process.reports.count == 1)
    }
}
