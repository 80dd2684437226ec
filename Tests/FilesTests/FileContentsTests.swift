import Glibc
import Testing

@testable import Files

struct FileContentsTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func fault(_ path: String, limit: Int = 1 << 20) -> String? {
        do throws(FileError) {
            _ = try FileContents(of: path, limit: limit)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `a file of up to the size limit is read, also through a link`() throws {
        let text = String(repeating: "x", count: 100_000)
        let path = try directory.write(text)
        try #require(symlink(path, "\(directory.path)/link") == 0)
        #expect(try FileContents(of: path, limit: 100_000).bytes == Array(text.utf8))
        #expect(try contents("\(directory.path)/link") == text)
        #expect(try contents(directory.write("", to: "empty")) == "")
    }

    @Test func `a file above the size limit is not read`() throws {
        let path = try directory.write("")
        try #require(truncate(path, 1 << 40) == 0)
        #expect(
            fault(path, limit: 64 << 10)
                == "cannot read \(path): it is larger than 64 KB; name the right file, or remove content that it does not need"
        )
        #expect(fault(path, limit: 16 << 20)?.contains("larger than 16 MB") == true)
    }

    /// The kernel's files report size 0 but have content, like files that grow while they are read.
    @Test func `a file with more content than its size is read up to the limit only`() {
        #expect(status("/proc/self/status").st_size == 0)
        #expect(fault("/proc/self/status", limit: 10)?.contains("larger than 10 bytes") == true)
        #expect(fault("/proc/self/status") == nil)
    }

    @Test func `anything but a regular file is rejected without blocking`() throws {
        let pipe = "\(directory.path)/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        #expect(fault(pipe) == "cannot read \(pipe): it is a pipe; name a regular file")
        #expect(fault(directory.path)?.contains("it is a directory") == true)
        #expect(fault("/dev/zero")?.contains("it is a device") == true)
    }

    @Test func `an error names the file, the reason and the remedy`() {
        let path = "\(directory.path)/none"
        #expect(fault(path) == "cannot read \(path): No such file or directory; create it, or name another path")
    }

    @Test func `a change of owner, mode, time, size or file changes the version`() throws {
        let path = try directory.write("text")
        var versions = [try #require(FileVersion(of: path))]
        #expect(FileVersion(of: path) == versions[0])
        func note() throws { versions.append(try #require(FileVersion(of: path))) }
        chmod(path, 0o640)
        try note()
        try directory.write("text", to: "other", mode: 0o640)
        rename("\(directory.path)/other", path)
        try note()
        truncate(path, 1)
        try note()
        if geteuid() == 0 {
            chown(path, 1, 0)
            try note()
            chown(path, 1, 1)
            try note()
        }
        for (index, version) in versions.enumerated() { #expect(!versions[..<index].contains(version)) }
        #expect(FileVersion(of: "\(directory.path)/none") == nil)
    }

    @Test func `the first reading has a time limit`() throws {
        let path = try directory.write("text")
        let isOver = Gate()
        let source = FileSource(path, limit: 100) { bytes in
            isOver.wait()
            return text(bytes)
        }
        let error = #expect(throws: FileError.self) { try source.read(withinSeconds: 0.6) }
        #expect(error?.description.hasPrefix("cannot read \(path): it did not answer within 1 s; ") == true)
        isOver.open()
        #expect(try source.read(withinSeconds: 60).content == "text")
    }
}
