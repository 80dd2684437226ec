/// Gives every call of a conversation an id that upstream takes: its own, if that is new and short enough. Which it is
/// depends on nothing but the calls before, so that it stays the same from turn to turn.
struct CallIDs {
    /// The longest id that the Responses API takes, in characters.
    static let maximumLength = 64

    private var used: Set<String> = []
    /// How often each id was asked for.
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

    /// An id that is too long as its hash: what is cut off would make ids alike that differ at their ends.
    private static func fitted(_ id: String) -> String {
        if id.isEmpty { return "call" }
        guard id.unicodeScalars.count > maximumLength else { return id }
        let digits = String(fnv1a(id), radix: 16)
        return "call_" + String(repeating: "0", count: 32 - digits.count) + digits
    }

    /// FNV-1a of 128 bits (RFC 9923). The ids of one conversation are told apart; nobody is to be kept out.
    private static func fnv1a(_ text: String) -> UInt128 {
        text.utf8.reduce(0x6C62_272E_07BB_0142_62B8_2175_6295_C58D) { hash, byte in
            (hash ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013B
        }
    }
}
