import Glibc
import Synchronization
import Testing

@testable import Files

/// A directory that is removed, with its files, when it is released.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/gpt-proxy-files-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    var names: [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ text: String, to name: String = "file", mode: mode_t = 0o600) throws -> String {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, mode)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        try #require(fchmod(descriptor, mode) == 0)
        try #require(Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count)
        return file
    }
}

func status(_ path: String) -> stat {
    var status = stat()
    lstat(path, &status)
    return status
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

func contents(_ path: String) throws -> String { text(try FileContents(of: path, limit: 1 << 20).bytes) }

/// Waits until a condition holds. The time limit only detects hangs.
func wait(until holds: () -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while !holds() {
        try #require(ContinuousClock.now < deadline)
        usleep(1000)
    }
}

/// The events that a watched file has reported.
final class Reports: Sendable {
    private let list = Mutex<[FileReport]>([])
    var events: [FileEvent] { list.withLock { $0.map(\.event) } }
    func append(_ report: FileReport) { list.withLock { $0.append(report) } }
}

/// A clock that the test advances.
final class ManualClock: Sendable {
    private let instant = Mutex(ContinuousClock.now)
    var now: ContinuousClock.Instant { instant.withLock { $0 } }
    func advance(_ duration: Duration) { instant.withLock { $0 += duration } }
}

struct Fault: Error, CustomStringConvertible {
    let description: String
}
