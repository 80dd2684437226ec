import Glibc
import Synchronization
import Testing
import Threads

@testable import Files

struct FileEditTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func append(_ text: String, to path: String) throws {
        try FileEdit.change(path, limit: 1 << 20) { $0 + Array(text.utf8) }
    }

    @Test func `a file is replaced and no other file is left behind`() throws {
        let path = try directory.write("one")
        let inode = status(path).st_ino
        try append(" two", to: path)
        #expect(try contents(path) == "one two")
        #expect(status(path).st_ino != inode)
        #expect(directory.names == ["file"])
    }

    @Test(arguments: [0o600, 0o640, 0o644, 0o400, 0o660] as [mode_t])
    func `the mode is preserved`(mode: mode_t) throws {
        let path = try directory.write("one", mode: mode)
        let before = umask(0o077)
        defer { umask(before) }
        try append(" two", to: path)
        #expect(status(path).st_mode & 0o7777 == mode)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can change the owner of a file"))
    func `owner and group are preserved`() throws {
        let path = try directory.write("one", mode: 0o640)
        try #require(chown(path, 65534, 33) == 0)
        try append(" two", to: path)
        #expect(status(path).st_uid == 65534)
        #expect(status(path).st_gid == 33)
        #expect(status(path).st_mode & 0o7777 == 0o640)
    }

    private static let hasAccessLists: Bool = {
        guard let directory = try? TemporaryDirectory(), let path = try? directory.write("") else { return false }
        return setAccessList(exampleList, of: path)
    }()

    /// The list that `setfacl -m u:65534:r` creates, in the kernel's format; see acl(5).
    private static let exampleList: [UInt8] = [
        [2, 0, 0, 0], entry(0x01, 6), entry(0x02, 4, id: 65534), entry(0x04, 4), entry(0x10, 4), entry(0x20, 0),
    ].flatMap { $0 }

    private static func entry(_ tag: UInt8, _ rights: UInt8, id: UInt32 = .max) -> [UInt8] {
        [tag, 0, rights, 0] + withUnsafeBytes(of: id.littleEndian) { Array($0) }
    }

    @Test(.enabled(if: hasAccessLists, "the file system of /tmp has no access control lists"))
    func `the access control list is preserved`() throws {
        let path = try directory.write("one", mode: 0o640)
        try #require(setAccessList(Self.exampleList, of: path))
        #expect(accessList(of: path) == Self.exampleList)
        try append(" two", to: path)
        #expect(accessList(of: path) == Self.exampleList)
    }

    @Test(.enabled(if: hasAccessLists, "the file system of /tmp has no access control lists"))
    func `the directory's default access control list is not applied`() throws {
        let path = try directory.write("one", mode: 0o640)
        try #require(setAccessList(Self.exampleList, of: directory.path, "system.posix_acl_default"))
        try append(" two", to: path)
        #expect(accessList(of: path) == nil)
        #expect(status(path).st_mode & 0o7777 == 0o640)
    }

    @Test func `a link stays, and its target is changed`() throws {
        let path = try directory.write("one")
        let link = "\(directory.path)/link"
        try #require(symlink("file", link) == 0)
        try append(" two", to: link)
        #expect(status(link).st_mode & S_IFMT == S_IFLNK)
        #expect(try contents(path) == "one two")
    }

    private func fault(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test func `a file that cannot be changed stays the same, and the error gives the reason`() throws {
        let path = try directory.write("one")
        try #require(link(path, "\(directory.path)/second") == 0)
        #expect(fault { try append("x", to: path) }.contains("another hard link"))
        try #require(symlink("nowhere", "\(directory.path)/link") == 0)
        #expect(fault { try append("x", to: "\(directory.path)/link") }.contains("a link to a missing file"))
        #expect(fault { try append("x", to: directory.path) }.contains("it is a directory"))
        let none = "\(directory.path)/none"
        #expect(
            fault { try append("x", to: none) }
                == "cannot open \(none): No such file or directory; create it, or name another path")
        #expect(
            fault { try FileEdit.change(none, limit: 9, mayCreate: true) { _ in throw Fault(description: "no") } }
                == "no")
        #expect(try contents(path) == "one")
        #expect(directory.names == ["file", "link", "second"])
    }

    @Test func `a concurrent change by another program is not lost`() throws {
        let path = try directory.write("one")
        let said = fault {
            try FileEdit.change(path, limit: 100) { _ in
                try directory.write("by hand")
                return Array("changed".utf8)
            }
        }
        #expect(said.contains("another program has changed it"))
        #expect(try contents(path) == "by hand")
        #expect(directory.names == ["file"])
    }

    @Test func `without a change the file is not replaced`() throws {
        let path = try directory.write("one")
        let inode = status(path).st_ino
        try FileEdit.change(path, limit: 100) { _ in nil }
        #expect(status(path).st_ino == inode)
        let none = "\(directory.path)/none"
        #expect(try FileEdit.change(none, limit: 100, mayCreate: true) { _ in nil } == false)
        #expect(directory.names == ["file"])
    }

    @Test func `a new file is writable for its owner and readable for its group`() throws {
        let path = "\(directory.path)/file"
        #expect(try FileEdit.change(path, limit: 100, mayCreate: true) { $0 + [65] })
        #expect(try !FileEdit.change(path, limit: 100, mayCreate: true) { $0 + [66] })
        #expect(try contents(path) == "AB")
        #expect(status(path).st_mode & 0o7777 == 0o640)
    }

    @Test func `a draft left behind by a killed process is replaced`() throws {
        let path = try directory.write("one")
        try directory.write("half", to: "file.new")
        try append(" two", to: path)
        #expect(try contents(path) == "one two")
        #expect(directory.names == ["file"])
    }

    @Test func `concurrent edits wait for each other`() throws {
        let path = "\(directory.path)/file"
        let left = Gate()
        let faults = Mutex<[String]>([])
        let count = Atomic(8)
        for number in 0..<8 {
            try Thread.start(name: "editor") {
                for _ in 0..<10 {
                    do {
                        try FileEdit.change(path, limit: 1 << 20, mayCreate: true) {
                            $0 + [UInt8(ascii: "a") + UInt8(number)]
                        }
                    } catch {
                        faults.withLock { $0.append("\(error)") }
                    }
                }
                if count.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { left.open() }
            }
        }
        left.wait()
        #expect(faults.withLock { $0 } == [])
        #expect(try contents(path).count == 80)
    }
}
