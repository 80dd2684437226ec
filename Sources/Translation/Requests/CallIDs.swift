/// Assigns each call of a conversation an id that upstream accepts: the call's own id, if it is unique and short enough.
/// The assignment depends only on the earlier calls, so ids stay the same from turn to turn.
struct CallIDs {
    /// Maximum length of an id in the Responses API, in characters.
    static let maximumLength = 64

    private var used: Set<String> = []
    /// Number of times that each id has been requested.
    private var counts: [String: Int] = [:]

    mutating func assign(_ id: String) -> String {
        var assigned: String
        repeat {
            let count = counts[id, default: 0] + 1
            counts[id] = count
            assigned = Self.fitted(count == 1 ? id : "\(id)_\(count)")
        } while !used.insert(assigned).inserted
        return assigned
    }

    /// Replaces an id that is too long by its hash. Truncation would make ids equal that differ only at the end.
    private static func fitted(_ id: String) -> String {
        if id.isEmpty { return "call" }
        guard id.unicodeScalars.count > maximumLength else { return id }
        let digits = String(fnv1a(id), radix: 16)
        return "call_" + String(repeating: "0", count: 32 - digits.count) + digits
    }

    /// FNV-1a with 128 bits (RFC 9923). It only has to distinguish the ids of one conversation; it is not a security
    /// measure.
    private static func fnv1a(_ text: String) -> UInt128 {
        text.utf8.reduce(0x6C62_272E_07BB_0142_62B8_2175_6295_C58D) { hash, byte in
            (hash ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013B
        }
    }
}
