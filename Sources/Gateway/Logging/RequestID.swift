internal import CGI
internal import Glibc

/// The name of one request in logs.
enum RequestID {
    /// The one that the web server or the client gave (`X-Request-Id`), if it is short and harmless; else a new one.
    static func of(_ request: CGI.Request) -> String {
        if let given = request.header("x-request-id"), given.utf8.count <= 64, given.utf8.allSatisfy(isAllowed) {
            return given
        }
        return random()
    }

    /// The one that the client gave in OpenAI's header for it (`X-Client-Request-Id`), for support to find the request by
    /// when no answer came that named it; nil when there is none, or one that upstream would refuse.
    static func ofClient(_ request: CGI.Request) -> String? {
        guard let given = request.header("x-client-request-id"), given.utf8.count <= maximumClientSize,
            given.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return given
    }

    /// OpenAI answers longer ones with 400.
    private static let maximumClientSize = 512

    static func random() -> String {
        String(unsafeUninitializedCapacity: 32) { digits in
            withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { bytes in
                // Cannot fail for so few bytes. One call of the system; a number of Swift's would be one for each 8 bytes.
                getentropy(bytes.baseAddress, bytes.count)
                for (index, byte) in bytes.enumerated() {
                    digits[2 * index] = hexadecimalDigits[Int(byte >> 4)]
                    digits[2 * index + 1] = hexadecimalDigits[Int(byte & 0xF)]
                }
            }
            return 32
        }
    }

    private static let hexadecimalDigits = Array("0123456789abcdef".utf8)

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
