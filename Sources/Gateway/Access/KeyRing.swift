internal import Crypto

/// The keys that are good, by their digests.
struct KeyRing: Sendable {
    let entries: [KeyEntry]
    /// A number that stands for the bytes that the keys were read from: the beginning of their SHA-256, and never zero. With
    /// it a process tells others which version of the file it uses, and nothing of what is in the file.
    let version: UInt64
    private let byDigest: [KeyDigest: KeyEntry]

    /// Reads a file of keys: one ``KeyEntry`` a line; empty lines and those that begin with `#` say nothing.
    ///
    /// - Throws: ``KeysFileFault`` with the line's number.
    init(parsing text: String) throws(KeysFileFault) {
        var entries: [KeyEntry] = []
        var byDigest: [KeyDigest: KeyEntry] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard let first = line.first(where: { !$0.isWhitespace }), first != "#" else { continue }
            do throws(KeysFileFault) {
                let entry = try KeyEntry(parsing: line)
                guard byDigest.updateValue(entry, forKey: entry.digest) == nil else {
                    throw KeysFileFault("the key of '\(entry.caller.label)' is there twice")
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

    /// Reads the bytes of a file of keys.
    ///
    /// - Throws: ``KeysFileFault`` with the line's number.
    init(parsing bytes: [UInt8]) throws(KeysFileFault) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw KeysFileFault("it is not UTF-8") }
        try self.init(parsing: text)
    }

    /// The version that the keys in these bytes have.
    static func version(of bytes: [UInt8]) -> UInt64 {
        let digest = SHA256.hash(data: bytes)
        return max(1, digest.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
    }

    /// Whose key it is; nil when it is nobody's, or no longer good.
    func caller(of digest: KeyDigest) -> Caller? {
        guard let entry = byDigest[digest] else { return nil }
        if let expires = entry.expires, Timestamp.secondsSince1970() >= expires { return nil }
        return entry.caller
    }
}

/// Why a file of keys cannot be used.
struct KeysFileFault: Error, Sendable, CustomStringConvertible {
    let reason: String
    var description: String { reason }

    init(_ reason: String) {
        self.reason = reason
    }
}
