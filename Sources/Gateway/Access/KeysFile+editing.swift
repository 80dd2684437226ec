internal import Glibc

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// What `gpt-proxy key` does. A file is replaced in one go, so that nobody reads half of it.
extension KeysFile {
    /// A key as it is shown once, and its line.
    public struct NewKey: Sendable {
        /// What the caller presents: `gpk_` and 64 hexadecimal digits. It can be found nowhere else afterwards.
        public let key: String
        /// Label, digest and options, as they stand in the file.
        public let line: String
    }

    /// Makes a key of 256 random bits.
    ///
    /// - Parameters:
    ///   - label: whose key it is; a word.
    ///   - options: what stands behind the digest, such as `expires=2027-01-31`.
    /// - Throws: an error that says what is wrong with label or options.
    public static func newKey(label: String, options: [String]) throws -> NewKey {
        // White space would make other words of it, or another line.
        if let text = ([label] + options).first(where: { $0.isEmpty || $0.contains(where: \.isWhitespace) }) {
            throw KeysFileFault("'\(text)' must be one word")
        }
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let key = "gpk_" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let line = ([label, "sha256:" + KeyDigest(of: key).hexadecimal] + options).joined(separator: " ")
        _ = try KeyEntry(parsing: line[...])
        return NewKey(key: key, line: line)
    }

    /// The file's lines without the digests, for people.
    public func summaries() throws -> [String] {
        _ = try read()
        return try lines().filter { Self.label(of: $0) != nil }.map { line in
            line.split(separator: " ").filter { !$0.hasPrefix("sha256:") }.joined(separator: " ")
        }
    }

    /// Adds a line at the end.
    public func add(_ line: String) throws {
        let known = FileManager.default.fileExists(atPath: path) ? try lines() : []
        try write(known + [line])
    }

    /// Takes out all keys of a label.
    ///
    /// - Returns: how many there were.
    public func remove(label: String) throws -> Int {
        let known = try lines()
        let rest = known.filter { Self.label(of: $0) != label }
        if rest.count < known.count { try write(rest) }
        return known.count - rest.count
    }

    private static func label(of line: String) -> String? {
        let word = line.split(whereSeparator: \.isWhitespace).first.map(String.init)
        return word?.hasPrefix("#") == true ? nil : word
    }

    private func lines() throws -> [String] {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    private func write(_ lines: [String]) throws {
        let text = lines.map { $0 + "\n" }.joined()
        _ = try KeyRing(parsing: text)
        let permissions = (try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]) ?? 0o640
        let draft = path + ".new"
        try Data(text.utf8).write(to: URL(filePath: draft))
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: draft)
        guard rename(draft, path) == 0 else { throw KeysFileFault("the file '\(path)' cannot be replaced") }
    }
}
