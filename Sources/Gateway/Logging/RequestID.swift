internal import CGI
internal import Glibc
internal import Synchronization

/// The ids of requests in logs.
enum RequestID {
    /// The id from the web server or the client (`X-Request-Id`) if it has at most 64 letters, digits, `.`, `_` or `-`;
    /// otherwise a new one.
    static func of(_ request: CGI.Request) -> String {
        if let given = request.header("x-request-id"), given.utf8.count <= 64, given.utf8.allSatisfy(isAllowed) {
            return given
        }
        return random()
    }

    /// The client's id in OpenAI's header (`X-Client-Request-Id`), by which support can find a request without a response;
    /// nil if there is none, or one that upstream would reject.
    static func ofClient(_ request: CGI.Request) -> String? {
        guard let given = request.header("x-client-request-id"), given.utf8.count <= maximumClientSize,
            given.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return given
    }

    /// OpenAI responds to longer ids with 400.
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

    /// A buffer of random bytes for 16 ids: a system call for each id would cost more than everything else here.
    private struct Entropy {
        private static let size = 16
        private var bytes = [UInt8](repeating: 0, count: 16 * size)
        private var nextIndex = 16 * size

        mutating func next() -> InlineArray<16, UInt8> {
            if nextIndex == bytes.count {
                // Cannot fail: getentropy(3) permits up to 256 bytes.
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
