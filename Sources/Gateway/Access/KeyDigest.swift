internal import Crypto

/// The SHA-256 of a key. Files hold no more of it, and it is what is compared: how long that takes tells about the digest,
/// of which a guess at the key changes every bit.
struct KeyDigest: Hashable, Sendable {
    /// The digest as four words, which need no memory of their own.
    private let words: SIMD4<UInt64>

    init(of key: String) {
        var hash = SHA256()
        var key = key
        key.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        words = hash.finalize().withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
    }

    /// The key that all callers share (`PROXY_API_KEY`).
    ///
    /// - Throws: when it is the one that everybody knows.
    static func ofSharedKey(_ key: String) throws(ValueFault) -> KeyDigest {
        guard key != "changeme" else { throw ValueFault("is 'changeme', which everybody knows") }
        return KeyDigest(of: key)
    }

    /// Reads 64 hexadecimal digits.
    init?(hexadecimal text: some StringProtocol) {
        let digits = text.utf8.compactMap { Self.value(ofDigit: $0) }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        let bytes = stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        words = bytes.withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
    }

    var hexadecimal: String {
        withUnsafeBytes(of: words) { bytes in
            bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        }
    }

    /// Compares in a time that does not depend on where they differ.
    static func == (one: KeyDigest, other: KeyDigest) -> Bool {
        let difference = one.words ^ other.words
        return difference[0] | difference[1] | difference[2] | difference[3] == 0
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
