import Foundation
import Testing
import Threads

@testable import Scoreboard

/// Live and ended processes that share a directory.
@Suite struct StateDirectoryTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    // MARK: Live processes

    @Test func `processes that share a directory are read together`() throws {
        let first = TestProcess(directory, clientLeft: 1)
        let second = TestProcess(directory, clientLeft: 2)
        let place = second.board.enter()
        second.copy()
        let snapshots = try directory.read().snapshots
        #expect(snapshots.count { $0.isLive } == 2)
        #expect(snapshots.reduce(0) { $0 + $1.live } == 1)
        #expect(snapshots.count(.clientLeft) == 3)
        second.board.leave(place)
        withExtendedLifetime(first) {}
    }

    @Test func `a process reads the others' files and its own memory`() throws {
        let other = TestProcess(directory, clientLeft: 1)
        let scoreboard = Scoreboard(directory: directory.path, streamLimit: 1)
        scoreboard.update { $0.add(10, to: .clientLeft) }
        let place = scoreboard.enter()
        let reading = scoreboard.read(within: 60)
        #expect(reading.faults.isEmpty)
        #expect(reading.snapshots.count { $0.isLive } == 2)
        #expect(reading.snapshots.reduce(0) { $0 + $1.live } == 1)
        #expect(reading.snapshots.count(.clientLeft) == 11)
        scoreboard.leave(place)
        withExtendedLifetime(other) {}
    }

    @Test func `counts are copied while a process lives, and when it ends`() throws {
        let scoreboard = Scoreboard(directory: directory.path, streamLimit: 1)
        scoreboard.waitUntilShared(seconds: 60)
        #expect(directory.boards.count == 1)
        scoreboard.update { $0.add(1, to: .clientLeft) }
        #expect(try eventually { try directory.count() == 1 })
        scoreboard.update { $0.add(1, to: .clientLeft) }
        scoreboard.close(within: 60)
        #expect(try directory.count() == 2)
        #expect(try directory.read().snapshots.allSatisfy { !$0.isLive })
    }

    // MARK: Ended processes

    @Test func `the counts of ended processes are added up in one file`() throws {
        for count in 1...5 {
            let process = TestProcess(directory)
            process.board.update {
                $0.add(count, to: .requests, "ann", "/proxy", "gpt-5", "200")
                $0.observe(0.5, in: .firstByte, "/proxy", "gpt-5")
                $0.addToHistory(isError: false, inputTokens: 1, outputTokens: 2, firstByte: 0.25)
            }
            _ = process.board.enter()
            process.copy()
        }
        let last = TestProcess(directory)
        let snapshots = try directory.read().snapshots
        #expect(snapshots.count { $0.isLive } == 1)
        #expect(snapshots.allSatisfy { $0.live == 0 && $0.exchanges.isEmpty })
        #expect(directory.files.count == 3, "the lock, the totals and the live process: \(directory.files)")
        let totals = Totals(snapshots)
        #expect(totals.series(of: .requests).map(\.values) == [[15]])
        #expect(totals.series(of: .firstByte).first?.count == 5)
        let intervals = snapshots.flatMap(\.intervals)
        #expect(intervals.reduce(0) { $0 + $1[.requests] } == 5)
        #expect(intervals.reduce(0) { $0 + $1[.firstByteMilliseconds] } == 1250)
        withExtendedLifetime(last) {}
    }

    @Test func `an ended process counts before it is added to the totals`() throws {
        let live = TestProcess(directory)
        do { _ = TestProcess(directory, clientLeft: 1) }
        #expect(try directory.count() == 1)
        #expect(try directory.read().snapshots.count { $0.isLive } == 1)
        withExtendedLifetime(live) {}
    }

    @Test func `a process killed while writing leaves its previous image`() throws {
        do {
            let process = TestProcess(directory, clientLeft: 1)
            process.count(1)
            process.copy()
        }
        let path = try #require(directory.boards.first)
        var content = try directory.content(of: path)
        #expect(try directory.count() == 2)
        // Simulates a second image that was written only in part.
        content[Layout.slotSize + Image.headCount * Layout.wordSize + 80] ^= 0xFF
        try Data(content).write(to: URL(filePath: path))
        #expect(try directory.count() == 1)
    }

    @Test func `files that were added up but not removed count once`() throws {
        do { _ = TestProcess(directory, clientLeft: 5) }
        let ended = try #require(directory.boards.first)
        let content = try directory.content(of: ended)
        let living = TestProcess(directory)
        #expect(!directory.boards.contains(ended))
        // Simulates a process that was killed before it removed the file.
        try Data(content).write(to: URL(filePath: ended))
        #expect(try directory.count() == 5)
        let next = TestProcess(directory)
        #expect(!directory.boards.contains(ended))
        #expect(try directory.count() == 5)
        withExtendedLifetime((living, next)) {}
    }

    @Test func `incomplete totals are ignored`() throws {
        do { _ = TestProcess(directory, clientLeft: 5) }
        try directory.write([1, 2, 3], to: "past.new")
        try directory.write([1, 2, 3], to: "9-9.new")
        #expect(try directory.count() == 5)
        let next = TestProcess(directory)
        #expect(try directory.count() == 5)
        #expect(directory.files.filter { $0.hasSuffix(".new") }.isEmpty)
        withExtendedLifetime(next) {}
    }

    @Test func `a process that starts while another one adds up totals does not wait`() throws {
        do { _ = TestProcess(directory, clientLeft: 5) }
        let lock = open("\(directory.path)/lock", O_RDWR | O_CREAT, 0o600)
        try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
        let process = TestProcess(directory, clientLeft: 1)
        #expect(process.reports.isEmpty)
        #expect(directory.boards.count == 2)
        #expect(try directory.count() == 6)
        close(lock)
        let next = TestProcess(directory)
        #expect(directory.boards.count == 2)
        #expect(try directory.count() == 6)
        withExtendedLifetime(next) {}
    }

    @Test func `concurrent starts and ends of processes neither lose nor duplicate counts`() async throws {
        let path = directory.path
        let stop = Flag()
        let watcher = Task.detached { () -> String? in
            var greatest: UInt64 = 0
            while !stop.isSet {
                let count = (try? StateDirectory(path).read())?.snapshots.count(.clientLeft) ?? 0
                guard count >= greatest else { return "\(greatest), then \(count)" }
                greatest = count
            }
            return nil
        }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<25 {
                        let scoreboard = Scoreboard(directory: path, streamLimit: 1)
                        scoreboard.update { $0.add(1, to: .clientLeft) }
                        scoreboard.close(within: 60)
                    }
                }
            }
        }
        stop.set()
        #expect(try directory.count() == 100)
        #expect(await watcher.value == nil, "counts must not decrease")
    }

    @Test func `series that do not fit into the totals are counted as other`() throws {
        let perProcess = 3000
        let long = String(repeating: "x", count: 80)
        for number in 0..<3 {
            let process = TestProcess(directory)
            for caller in 0..<perProcess {
                process.board.update {
                    $0.add(1, to: .requests, "caller \(number)-\(caller) \(long)", "/proxy", "gpt-5", "200")
                }
            }
            process.copy()
        }
        let last = TestProcess(directory)
        #expect(directory.boards.count == 1)
        #expect(try directory.count(.requests) == UInt64(3 * perProcess))
        let labels = Totals(try directory.read().snapshots).series(of: .requests).map { $0.labels[0] }
        #expect(labels.contains("caller 0-0 \(long)") && labels.contains("other"))
        withExtendedLifetime(last) {}
    }

    @Test func `a process whose clock was wrong does not replace the last hour`() throws {
        let now = Clock.system.stamp()
        for offset in [UInt64(0), UInt64(Interval.length * Interval.kept) * 1_000_000_000] {
            let clock = Clock {
                now + offset
            } elapsed: {
                0
            }
            let process = TestProcess(directory, clock: clock)
            process.board.update { $0.addToHistory(isError: false, inputTokens: 1, outputTokens: 1, firstByte: nil) }
            process.copy()
        }
        let last = TestProcess(directory)
        let past = try #require(try directory.read().snapshots.first { !$0.isLive })
        #expect(past.intervals.map(\.number) == [Interval.number(at: now)])
        withExtendedLifetime(last) {}
    }

    // MARK: Copies

    @Test func `a copied file counts once`() throws {
        var process: TestProcess? = TestProcess(directory, clientLeft: 3)
        let original = try #require(directory.boards.first)
        try FileManager.default.copyItem(atPath: original, toPath: "\(directory.path)/0-copy.scoreboard")
        #expect(try directory.count() == 3)
        var other: TestProcess? = TestProcess(directory)
        #expect(try directory.count() == 3)
        #expect(try directory.read().snapshots.count { $0.isLive } == 2)
        process = nil
        other = nil
        #expect(try directory.count() == 3)
        other = TestProcess(directory)
        #expect(directory.boards.count == 1)
        #expect(try directory.count() == 3)
        withExtendedLifetime((process, other)) {}
    }
}

/// A flag that is shared between threads.
final class Flag: @unchecked Sendable {
    private let lock = NSLock()
    private var value = false

    var isSet: Bool { lock.withLock { value } }
    func set() { lock.withLock { value = true } }
}

/// Waits until a condition holds. The limit of one minute only detects hangs.
func eventually(_ holds: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<6000 {
        if try holds() { return true }
        usleep(10_000)
    }
    return false
}
