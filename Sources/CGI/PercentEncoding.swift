/// Percent-encoding of text that a web server has decoded, for an upstream request (RFC 3986, section 2).
public enum PercentEncoding {
    /// One segment of a path.
    public static func segment(_ text: String) -> String {
        encode(text) { isUnreserved($0) }
    }

    /// A path with its slashes.
    public static func path(_ text: String) -> String {
        encode(text) { isUnreserved($0) || $0 == UInt8(ascii: "/") }
    }

    /// A query, which web servers pass on as written: only characters that a request line cannot contain are encoded.
    public static func query(_ text: String) -> String {
        encode(text) { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }
    }

    /// Text in which only the given bytes stay as they are; different texts stay different if `%` is not one of them.
    public static func encode(_ text: String, _ mayStay: (UInt8) -> Bool) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            if mayStay(byte) {
                encoded.append(byte)
            } else {
                encoded.append(UInt8(ascii: "%"))
                for digit in [byte >> 4, byte & 0xF] {
                    encoded.append(digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "A"))
                }
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// The text with its percent-encoded bytes decoded; a percent sign without two hexadecimal digits stays.
    public static func decode(_ text: String) -> String {
        var decoded: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
            if byte == UInt8(ascii: "%"), digits.count == 2 {
                decoded.append(UInt8(digits[0] << 4 | digits[1]))
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
