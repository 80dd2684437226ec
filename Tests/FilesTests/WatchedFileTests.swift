import Glibc
import Synchronization
import Testing

@testable import Files

struct WatchedFileTests {
    private let directory: TemporaryDirectory
    private let path: String
    private let reports = Reports()
    private let clock = ManualClock()

    init() throws {
        directory = try TemporaryDirectory()
        path = try directory.write("one")
    }

    private func file(grace: Duration? = nil, whenRead: @escaping @Sendable (String) -> Void = { _ in }) throws
        -> WatchedFile<String>
    {
        let source = FileSource(path, limit: 100) { bytes in
            guard text(bytes) != "nonsense" else { throw Fault(description: "it is nonsense") }
            return text(bytes)
        }
        return WatchedFile(
            try source.read(), name: "SETTING", grace: grace, whenRead: whenRead,
            report: { [reports] in reports.append($0) }, now: { [clock] in clock.now })
    }

    @Test func `a file is read when it has changed and on request`() throws {
        let read = Mutex<[String]>([])
        let file = try file { text in read.withLock { $0.append(text) } }
        file.look(isRequested: false)
        #expect(reports.events == [])
        try directory.write("two")
        file.look(isRequested: false)
        #expect(file.content == "two")
        #expect(reports.events == [.read])
        file.look(isRequested: true)
        #expect(reports.events == [.read, .read])
        #expect(read.withLock { $0 } == ["one", "two", "two"])
    }

    @Test func `a file that has changed before the first look is read`() throws {
        let file = try file()
        try directory.write("two")
        file.look(isRequested: false)
        #expect(file.content == "two")
    }

    @Test(arguments: ["nonsense", String(repeating: "x", count: 101), nil])
    func `an unreadable file keeps its content and is retried until it can be read`(broken: String?) throws {
        let file = try file()
        if let broken { try directory.write(broken) } else { unlink(path) }
        for _ in 0..<3 { file.look(isRequested: false) }
        #expect(file.content == "one")
        #expect(!file.isReadable)
        #expect(reports.events.count == 1)
        try directory.write("two")
        file.look(isRequested: false)
        #expect(file.content == "two")
        #expect(file.isReadable)
        #expect(reports.events.dropFirst() == [.readableAgain(after: .zero), .read])
    }

    /// The file's version stays the same, because only a directory above it was unavailable.
    @Test func `a file is read again when its directory is available again`() throws {
        let inner = "\(directory.path)/inner"
        let source = FileSource("\(inner)/file", limit: 100, parse: text)
        try #require(mkdir(inner, 0o700) == 0)
        defer {
            unlink("\(inner)/file")
            rmdir(inner)
        }
        try directory.write("one", to: "inner/file")
        let file = WatchedFile(
            try source.read(), name: "SETTING", grace: nil, whenRead: { _ in },
            report: { [reports] in reports.append($0) }, now: { [clock] in clock.now })
        rename(inner, inner + "-away")
        file.look(isRequested: false)
        #expect(!file.isReadable)
        rename(inner + "-away", inner)
        file.look(isRequested: false)
        #expect(file.isReadable)
    }

    @Test func `the content expires when the file is unreadable for its grace period, until it can be read`() throws {
        let file = try file(grace: .seconds(3600))
        unlink(path)
        file.look(isRequested: false)
        clock.advance(.seconds(3599))
        file.advance()
        #expect(!file.hasExpired)
        clock.advance(.seconds(1))
        file.advance()
        #expect(file.hasExpired)
        #expect(file.content == "one")
        guard case .expired(after: .seconds(3600), _) = reports.events.last else {
            Issue.record("expiry is not reported; events: \(reports.events)")
            return
        }
        try directory.write("two")
        file.look(isRequested: false)
        #expect(!file.hasExpired)
    }

    @Test func `a hanging file blocks neither its content nor other files`() throws {
        let gate = Gate()
        gate.open()
        let seen = Atomic(0)
        let watch = FileWatch { _ in }
        let stuck = watch.watch(
            try FileSource(path, limit: 100) { bytes in
                gate.wait()
                return text(bytes)
            }.read(), as: "STUCK")
        let other = try directory.write("other", to: "other")
        let well = watch.watch(try FileSource(other, limit: 100, parse: text).read(), as: "WELL") { _ in
            seen.add(1, ordering: .relaxed)
        }
        gate.close()
        try watch.start()
        try directory.write("two")
        watch.lookNow()
        gate.waitForArrival()
        #expect(stuck.content == "one")
        try directory.write("changed", to: "other")
        watch.lookNow()
        try wait { well.content == "changed" }
        #expect(stuck.content == "one")
        gate.open()
        try wait { stuck.content == "two" }
        #expect(seen.load(ordering: .relaxed) >= 2)
    }

    @Test func `the watch reports which files cannot be read`() throws {
        let unreadable = Mutex<Set<String>>(["unknown"])
        let watch = FileWatch(report: { _ in }, noteUnreadable: { names in unreadable.withLock { $0 = names } })
        _ = watch.watch(try FileSource(path, limit: 100, parse: text).read(), as: "SETTING")
        try watch.start()
        func isNoted(_ names: Set<String>) -> Bool {
            watch.lookNow()
            return unreadable.withLock { $0 } == names
        }
        try wait { isNoted([]) }
        unlink(path)
        try wait { isNoted(["SETTING"]) }
        try directory.write("one")
        try wait { isNoted([]) }
    }
}
