// Checks the parts of a request's head (RFC 9110, section 5; RFC 9112, section 3). With a line break in a path or a header, an
// attacker could otherwise append a request of their own (request smuggling).

extension Request {
    /// Checks that the request can be written as HTTP.
    ///
    /// - Throws: `.invalidRequest`; the reason names the invalid part but never quotes it.
    func validate() throws(UpstreamError) {
        guard method.isToken else { throw Self.invalid("the method is not a token") }
        guard path.utf8.first == UInt8(ascii: "/"), path.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Self.invalid("the path is not absolute and percent-encoded")
        }
        for (name, value) in headers {
            guard name.isToken else { throw Self.invalid("a header field's name is not a token") }
            guard !Self.belongsToClient(name) else { throw Self.invalid("\(name) is set by the client") }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw Self.invalid("\(name) has a control character in its value")
            }
        }
    }

    /// Whether the client itself sets the header: those that determine the framing, the content coding or the connection's
    /// reuse.
    private static func belongsToClient(_ name: String) -> Bool {
        switch name.utf8.count {
        case 4: name.lowercased() == "host"
        case 10: name.lowercased() == "connection"
        case 14: name.lowercased() == "content-length"
        case 15: name.lowercased() == "accept-encoding"
        case 17: name.lowercased() == "transfer-encoding"
        default: false
        }
    }

    private static func invalid(_ reason: String) -> UpstreamError {
        UpstreamError(.invalidRequest, .sendRequest, reason, requestWasSent: false)
    }
}

extension String {
    /// RFC 9110, section 5.6.2.
    fileprivate var isToken: Bool {
        !utf8.isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
                    UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^")...UInt8(ascii: "`"), UInt8(ascii: "|"),
                    UInt8(ascii: "~"):
                    true
                default:
                    false
                }
            }
    }
}
