/// The status and headers of a response.
public struct ResponseHead: Sendable {
    /// The HTTP status code, 200 to 599.
    public var status: Int

    /// Header names and values, in the order of sending.
    public private(set) var headers: [(name: String, value: String)]

    /// Creates a head. Headers that ``add(_:_:)`` ignores are left out.
    ///
    /// - Parameters:
    ///   - status: the HTTP status code, 200 to 599.
    ///   - headers: the headers, in the order of sending.
    public init(status: Int, headers: [(name: String, value: String)] = []) {
        self.status = status
        self.headers = []
        self.headers.reserveCapacity(headers.count + 2)
        for header in headers { add(header.name, header.value) }
    }

    /// Adds a header. Ignores it if its name is not a token (RFC 9110, section 5.6.2), if its value contains CR, LF or NUL,
    /// which could end the header early, or if its name is `Status`, which the web server would read as this head's status
    /// line.
    ///
    /// - Parameters:
    ///   - name: the header's name.
    ///   - value: the header's value.
    public mutating func add(_ name: String, _ value: String) {
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte), !Self.areSameName(name, "Status"),
            value.utf8.allSatisfy(Self.isValueByte)
        else { return }
        headers.append((name, value))
    }

    /// The value of the first header with that name; nil if there is none. ASCII case is ignored.
    public subscript(name: String) -> String? {
        headers.first { Self.areSameName($0.name, name) }?.value
    }

    /// Serializes the head for CGI (RFC 3875, section 6.2.1): a `Status` line, the headers, an empty line.
    ///
    /// - Returns: the head's bytes.
    public func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        bytes.append(contentsOf: "Status: ".utf8)
        bytes.append(contentsOf: String(status).utf8)
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: Self.reason(status).utf8)
        bytes.append(contentsOf: "\r\n".utf8)
        for (name, value) in headers {
            bytes.append(contentsOf: name.utf8)
            bytes.append(contentsOf: ": ".utf8)
            bytes.append(contentsOf: value.utf8)
            bytes.append(contentsOf: "\r\n".utf8)
        }
        bytes.append(contentsOf: "\r\n".utf8)
        return bytes
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^")...UInt8(ascii: "`"), UInt8(ascii: "|"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func isValueByte(_ byte: UInt8) -> Bool {
        byte != UInt8(ascii: "\r") && byte != UInt8(ascii: "\n") && byte != 0
    }

    private static func areSameName(_ name: String, _ other: String) -> Bool {
        name.utf8.elementsEqual(other.utf8) { lowercase($0) == lowercase($1) }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// The reason phrase from RFC 9110. Web servers ignore it; it makes traces easier to read.
    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 204: "No Content"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 500: "Internal Server Error"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        default: "Status"
        }
    }
}
