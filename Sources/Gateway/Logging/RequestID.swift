internal import CGI
internal import Glibc
internal import Synchronization

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

    /// 128 random bits in hexadecimal.
    static func random() -> String {
        let bytes = entropy.withLock { $0.next() }
        return String(unsafeUninitializedCapacity: 2 * bytes.count) { digits in
            for index in bytes.indices {
                digits[2 * index] = hexadecimalDigits[Int(bytes[index] >> 4)]
                digits[2 * index + 1] = hexadecimalDigits[Int(bytes[index] & 0xF)]
            }
            return 2 * bytes.count
        }
    }

    /// Random bytes of the system's for several names: a system call for each would cost more than the rest of it.
    private struct Entropy {
        private static let size = 16
        private var bytes = [UInt8](repeating: 0, count: 16 * size)
        private var nextIndex = 16 * size

        mutating func next() -> InlineArray<16, UInt8> {
            if nextIndex == bytes.count {
                // Cannot fail: 256 bytes are allowed.
                getentropy(&bytes, bytes.count)
                nextIndex = 0
            }
            defer { nextIndex += Self.size }
            return InlineArray { bytes[nextIndex + $0] }
        }
    }

    private static let entropy = Mutex(Entropy())

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
