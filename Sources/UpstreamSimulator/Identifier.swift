/// Generates identifiers like the API's: a prefix and 50 random hexadecimal digits.
enum Identifier {
    private static let digits = Array("0123456789abcdef".utf8)

    static func make(_ prefix: String) -> String {
        var bytes = Array(prefix.utf8)
        var bits: UInt64 = 0
        for index in 0..<50 {
            if index % 16 == 0 { bits = .random(in: 0 ... .max) }
            bytes.append(digits[Int(bits & 15)])
            bits >>= 4
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether this can be the identifier of a response from a simulator or a recording.
    static func isResponse(_ id: String) -> Bool {
        id.hasPrefix("resp_") && id.utf8.count == 55
    }
}
