internal import Crypto

/// The valid keys, by their digests.
struct KeyRing: Sendable {
    let entries: [KeyEntry]
    /// Identifies the bytes that the keys were read from: the beginning of their SHA-256, never zero. With it, a process
    /// publishes which version of the file it uses, without revealing its content.
    let version: UInt64
    private let byDigest: [KeyDigest: KeyEntry]

    /// Parses a keys file: one ``KeyEntry`` per line; empty lines and lines that begin with `#` are skipped.
    ///
    /// - Throws: ``KeysFileFault`` with the line number.
    init(parsing text: String) throws(KeysFileFault) {
        var entries: [KeyEntry] = []
        var byDigest: [KeyDigest: KeyEntry] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard let first = line.first(where: { !$0.isWhitespace }), first != "#" else { continue }
            do throws(KeysFileFault) {
                let entry = try KeyEntry(parsing: line)
                guard byDigest.updateValue(entry, forKey: entry.digest) == nil else {
                    throw KeysFileFault("duplicate key of '\(entry.caller.label)'")
                }
                entries.append(entry)
            } catch {
                throw KeysFileFault("line \(index + 1): \(error.reason)")
            }
        }
        self.entries = entries
        self.byDigest = byDigest
        version = Self.version(of: Array(text.utf8))
    }

    /// Parses the bytes of a keys file.
    ///
    /// - Throws: ``KeysFileFault`` with the line number.
    init(parsing bytes: [UInt8]) throws(KeysFileFault) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw KeysFileFault("it is not UTF-8") }
        try self.init(parsing: text)
    }

    /// The version of the keys in these bytes.
    static func version(of bytes: [UInt8]) -> UInt64 {
        let digest = SHA256.hash(data: bytes)
        return max(1, digest.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
    }

    /// The key's caller; nil if the key is unknown or expired.
    ///
    /// - Parameter now: the current time in seconds since 1970.
    func caller(of digest: KeyDigest, at now: Double) -> Caller? {
        guard let entry = byDigest[digest] else { return nil }
        if let expires = entry.expires, now >= expires { return nil }
        return entry.caller
    }
}

/// The reason why a keys file is invalid.
struct KeysFileFault: Error, Sendable, CustomStringConvertible {
    let reason: String
    var description: String { reason }

    init(_ reason: String) {
        self.reason = reason
    }
}
