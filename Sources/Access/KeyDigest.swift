internal import Crypto
internal import Settings

/// The SHA-256 of a key. Files contain only this digest, and only digests are compared: the comparison's timing can reveal
/// something about the digest only, and each guess of the key changes the digest unpredictably.
struct KeyDigest: Hashable, Sendable {
    /// The digest as four words, stored inline without a heap allocation.
    private let words: SIMD4<UInt64>

    init(of key: String) {
        var hash = SHA256()
        var key = key
        key.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        words = hash.finalize().withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
    }

    /// The digest of the shared key (`PROXY_API_KEY`).
    ///
    /// - Throws: when the key could be guessed.
    static func ofSharedKey(_ key: String) throws(ValueFault) -> KeyDigest {
        try SecretStrength.check(key, atLeast: 16)
        return KeyDigest(of: key)
    }

    /// Parses 64 hexadecimal digits.
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

    /// Compares in constant time.
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
