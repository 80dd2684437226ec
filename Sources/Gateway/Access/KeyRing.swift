/// The keys that are good, by their digests.
struct KeyRing: Sendable {
    let entries: [KeyEntry]
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
