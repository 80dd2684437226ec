/// Identifiers that look like the API's: a prefix and 50 hexadecimal digits, never the same twice.
enum Identifier {
    private static let digits = Array("0123456789abcdef".utf8)

    static func make(_ prefix: String) -> String {
        prefix + String(unsafeUninitializedCapacity: 50) { bytes in
            var bits: UInt64 = 0
            for index in 0..<50 {
                if index % 16 == 0 { bits = UInt64.random(in: 0 ... .max) }
                bytes[index] = digits[Int(bits & 15)]
                bits >>= 4
            }
            return 50
        }
    }

    /// Whether a simulator, or a recording, can have given this identifier to a response.
    static func isResponse(_ id: String) -> Bool {
        id.hasPrefix("resp_") && id.utf8.count == 55
    }
}
