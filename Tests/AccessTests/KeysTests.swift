import Foundation
import Logging
import Testing
import Translation

@testable import Access

struct KeysTests {
    private let digest = String(repeating: "0a", count: 32)

    private func entry(_ line: String) throws -> KeyEntry {
        try KeyEntry(parsing: line[...])
    }

    @Test func `a line has the caller's label and permissions`() throws {
        let entry = try entry(
            "ann@x sha256:\(digest) expires=2999-12-31 models=gpt-4o*,gpt-5 target=chat limits=high explain=yes")
        #expect(entry.caller.label == "ann@x")
        #expect(entry.caller.target == .chat)
        #expect(entry.caller.limits == "high")
        #expect(entry.caller.mayExplain)
        #expect(
            entry.caller.mayUse("gpt-4o-mini") && entry.caller.mayUse("gpt-5") && !entry.caller.mayUse("gpt-5-mini"))
    }

    @Test func `a permission that is not listed is not granted`() throws {
        #expect(try !entry("ann sha256:\(digest)").caller.mayExplain)
    }

    @Test(arguments: [
        "ann sha256:\(String(repeating: "0a", count: 32)) explain=no",
        "ann", "ann sha256:12", "ann md5:\(String(repeating: "0a", count: 32))",
        "a,b sha256:\(String(repeating: "0a", count: 32))",
        "ann sha256:\(String(repeating: "0g", count: 32))",
        "ann sha256:\(String(repeating: "0a", count: 32)) expires=tomorrow",
        "ann sha256:\(String(repeating: "0a", count: 32)) expires=2027-02-30",
        "ann sha256:\(String(repeating: "0a", count: 32)) target=gemini",
        "ann sha256:\(String(repeating: "0a", count: 32)) models=",
        "ann sha256:\(String(repeating: "0a", count: 32)) admin",
    ])
    func `an invalid line is rejected`(line: String) {
        #expect(throws: KeysFileFault.self) { try entry(line) }
    }

    @Test func `an error names its line, and two callers cannot share a key`() throws {
        let broken = #expect(throws: KeysFileFault.self) { try KeyRing(parsing: "# keys\n\nann nonsense\n") }
        #expect(broken?.reason.hasPrefix("line 3: ") == true)
        let twice = #expect(throws: KeysFileFault.self) {
            try KeyRing(parsing: "ann sha256:\(digest)\nbob sha256:\(digest)\n")
        }
        #expect(twice?.reason.contains("duplicate key") == true)
    }

    @Test func `a key is valid until the end of its expiry date`() throws {
        let key = try KeysFile.newKey(label: "ann", options: [])
        let ring = try KeyRing(parsing: "\(key.line) expires=2027-01-31")
        let midnight = 1_801_440_000.0  // 2027-02-01T00:00:00Z
        #expect(ring.caller(of: KeyDigest(of: key.key), at: midnight - 0.1)?.label == "ann")
        #expect(ring.caller(of: KeyDigest(of: key.key), at: midnight) == nil)
    }

    // MARK: Files

    private func withFile(_ text: String, _ body: (KeysFile) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try body(KeysFile(path: path))
    }

    @Test func `adding and revoking keys leaves the rest of the file unchanged`() throws {
        try withFile("# ours\n") { file in
            let ann = try KeysFile.newKey(label: "ann", options: ["limits=high"])
            try file.add(ann.line)
            try file.add(try KeysFile.newKey(label: "bob", options: []).line)
            #expect(try file.summaries() == ["ann limits=high", "bob"])
            #expect(try file.read().caller(of: KeyDigest(of: ann.key), at: 0)?.label == "ann")
            #expect(try file.remove(label: "ann") == 1)
            #expect(try file.remove(label: "ann") == 0)
            #expect(try file.read().caller(of: KeyDigest(of: ann.key), at: 0) == nil)
            #expect(try String(contentsOfFile: file.path, encoding: .utf8).hasPrefix("# ours\nbob "))
        }
    }

    @Test func `an error in the file names the file, which is not changed`() throws {
        try withFile("ann nonsense\n") { file in
            let adding = #expect(throws: KeysFileFault.self) { try file.add("bob sha256:\(digest)") }
            let removing = #expect(throws: KeysFileFault.self) { try file.remove(label: "ann") }
            for fault in [adding, removing] {
                #expect(fault?.reason.hasPrefix("\(file.path) is invalid: line 1: ") == true)
            }
            let text = try String(contentsOfFile: file.path, encoding: .utf8)
            #expect(text == "ann nonsense\n")
        }
    }

    @Test func `a version identifies the content of the file`() throws {
        let one = "ann sha256:\(digest)"
        let versions = try ["", one, one, one + "\n"].map { try KeyRing(parsing: $0).version }
        #expect(versions[1] == versions[2])
        #expect(Set(versions).count == 3 && !versions.contains(0))
    }

    @Test func `a digest is the standard SHA-256`() {
        let expected = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
        #expect(KeyDigest(of: "hello").hexadecimal == expected)
        #expect(KeyDigest(hexadecimal: expected.uppercased()) == KeyDigest(of: "hello"))
    }
}
