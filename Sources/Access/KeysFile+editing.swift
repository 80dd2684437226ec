internal import Files

/// The operations of `gpt-proxy key`.
extension KeysFile {
    /// A new key, which is shown only once, and its line.
    public struct NewKey: Sendable {
        /// The key that the caller presents: `gpk_` and 64 hexadecimal digits. It is stored nowhere.
        public let key: String
        /// Label, digest and options, as in the file.
        public let line: String
    }

    /// Makes a key of 256 random bits.
    ///
    /// - Parameters:
    ///   - label: the caller's label; one word.
    ///   - options: the options after the digest, such as `expires=2027-01-31`.
    /// - Throws: an error that describes what is wrong with the label or the options.
    public static func newKey(label: String, options: [String]) throws -> NewKey {
        // White space would split it into several words or lines.
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
    ///
    /// - Throws: an error that describes why the file cannot be read.
    public func summaries() throws -> [String] {
        let bytes = try FileContents(of: path, limit: Self.sizeLimit).bytes
        return try lines(of: bytes).filter { Self.label(of: $0) != nil }.map { line in
            line.split(separator: " ").filter { !$0.hasPrefix("sha256:") }.joined(separator: " ")
        }
    }

    /// Appends a line. Creates the file if it does not exist.
    ///
    /// - Parameter line: a key's line, as in ``NewKey/line``.
    /// - Returns: whether the file was created.
    /// - Throws: an error that describes why the file cannot be changed; it is unchanged then.
    @discardableResult
    public func add(_ line: String) throws -> Bool {
        try change(mayCreate: true) { $0 + [line] }
    }

    /// Removes all keys of a label.
    ///
    /// - Parameter label: the label of the keys to remove.
    /// - Returns: the number of removed keys.
    /// - Throws: an error that describes why the file cannot be changed; it is unchanged then.
    public func remove(label: String) throws -> Int {
        var count = 0
        try change(mayCreate: false) { lines in
            let rest = lines.filter { Self.label(of: $0) != label }
            count = lines.count - rest.count
            return count > 0 ? rest : nil
        }
        return count
    }

    private static func label(of line: String) -> String? {
        let word = line.split(whereSeparator: \.isWhitespace).first.map(String.init)
        return word?.hasPrefix("#") == true ? nil : word
    }

    /// - Parameter change: makes the new lines from the old ones; nil for no change.
    @discardableResult
    private func change(mayCreate: Bool, _ change: ([String]) -> [String]?) throws -> Bool {
        try FileEdit.change(path, limit: Self.sizeLimit, mayCreate: mayCreate) { bytes in
            guard let lines = change(try lines(of: bytes)) else { return nil }
            let text = lines.map { $0 + "\n" }.joined()
            _ = try checked(Array(text.utf8))
            return Array(text.utf8)
        }
    }

    private func lines(of bytes: [UInt8]) throws(KeysFileFault) -> [String] {
        _ = try checked(bytes)
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        return lines.map(String.init)
    }

    /// Parses the keys.
    ///
    /// - Throws: ``KeysFileFault`` that names the file.
    private func checked(_ bytes: [UInt8]) throws(KeysFileFault) -> KeyRing {
        do throws(KeysFileFault) {
            return try KeyRing(parsing: bytes)
        } catch {
            throw KeysFileFault("\(path) is invalid: \(error.reason); correct it first; the file is unchanged")
        }
    }
}
