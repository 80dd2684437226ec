internal import CGI

/// The name of one request in logs.
enum RequestID {
    /// The one that the web server or the client gave (`X-Request-Id`), if it is short and harmless; else a new one.
    static func of(_ request: CGI.Request) -> String {
        if let given = request.header("x-request-id"), given.utf8.count <= 64, given.utf8.allSatisfy(isAllowed) {
            return given
        }
        let halves = [UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max)]
        return halves.map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
