internal import Crypto

/// The SHA-256 of a key. Files hold no more of it, and it is what is compared: how long that takes tells about the digest,
/// of which a guess at the key changes every bit.
struct KeyDigest: Hashable, Sendable {
    private let bytes: [UInt8]

    init(of key: String) {
        bytes = Array(SHA256.hash(data: Array(key.utf8)))
    }

    /// Reads 64 hexadecimal digits.
    init?(hexadecimal text: some StringProtocol) {
        let digits = text.utf8.compactMap { Self.value(ofDigit: $0) }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        bytes = stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    var hexadecimal: String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// Compares in a time that does not depend on where they differ.
    static func == (one: KeyDigest, other: KeyDigest) -> Bool {
        zip(one.bytes, other.bytes).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func value(ofDigit byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
