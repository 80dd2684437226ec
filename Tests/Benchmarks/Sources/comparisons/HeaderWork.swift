import CGI
import HTTPTypes

/// A request's headers and a response's head, once with the types of CGI and once with those of swift-http-types.
enum HeaderWork {
    static var all: [(name: String, operation: () -> Void)] {
        [
            ("12 headers of a request, 6 look-ups: CGI", { lookUpInParameters() }),
            ("12 headers of a request, 6 look-ups: HTTPFields", { lookUpInFields() }),
            ("a response's head with 8 headers: CGI", { _ = ownHead() }),
            ("a response's head with 8 headers: HTTPFields", { _ = headOfFields() }),
        ]
    }

    private static let requestHeaders = [
        ("HOST", "api.example.com"), ("USER_AGENT", "OpenAI/Python 1.54.4"), ("ACCEPT", "application/json"),
        ("ACCEPT_ENCODING", "gzip, deflate"), ("CONNECTION", "keep-alive"), ("CONTENT_LENGTH", "1234"),
        ("AUTHORIZATION", "Bearer sk-0123456789abcdef0123456789abcdef"), ("X_STAINLESS_LANG", "python"),
        ("X_STAINLESS_RETRY_COUNT", "0"), ("IDEMPOTENCY_KEY", "stainless-python-retry-0123"),
        ("TRACEPARENT", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("X_REQUEST_ID", "0af7651916cd43dd"),
    ].map { (name: Array("HTTP_\($0.0)".utf8), value: Array($0.1.utf8)) }

    private static let responseHeaders = [
        ("Content-Type", "text/event-stream"), ("Cache-Control", "no-cache"), ("X-Accel-Buffering", "no"),
        ("X-Request-Id", "req_0123456789abcdef"), ("OpenAI-Processing-Ms", "412"),
        ("X-RateLimit-Limit-Requests", "500"),
        ("X-RateLimit-Remaining-Requests", "499"), ("X-RateLimit-Reset-Requests", "120ms"),
    ]

    /// FastCGI's bytes, names and values one after the other, and the positions.
    private static let bytes = requestHeaders.flatMap { $0.name + $0.value }
    private static let positions: [(name: Range<Int>, value: Range<Int>)] = {
        var position = 0
        return requestHeaders.map { name, value in
            defer { position += name.count + value.count }
            let middle = position + name.count
            return (position..<middle, middle..<middle + value.count)
        }
    }()

    private static let wanted = [
        "authorization", "x-api-key", "accept", "idempotency-key", "traceparent", "x-request-id",
    ]
    private static let wantedNames = wanted.compactMap { HTTPField.Name($0) }

    private static func lookUpInParameters() {
        var parameters = Parameters(standingIn: bytes)
        for (name, value) in positions { parameters.insert(name: name, value: value) }
        let request = Request(parameters: parameters)
        for name in wanted { consume(request.header(name)) }
    }

    private static func lookUpInFields() {
        var fields = HTTPFields()
        fields.reserveCapacity(positions.count)
        for (name, value) in positions {
            let text = String(
                decoding: bytes[name].dropFirst(5).map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 },
                as: UTF8.self)
            guard let name = HTTPField.Name(text) else { continue }
            fields.append(HTTPField(name: name, value: String(decoding: bytes[value], as: UTF8.self)))
        }
        for name in wantedNames { consume(fields[name]) }
    }

    private static func ownHead() -> [UInt8] {
        ResponseHead(status: 200, headers: responseHeaders.map { (name: $0.0, value: $0.1) }).serialized()
    }

    /// As for the own head, names are texts: most of them are upstream's.
    private static func headOfFields() -> [UInt8] {
        var response = HTTPResponse(status: .ok)
        response.headerFields.reserveCapacity(responseHeaders.count)
        for (name, value) in responseHeaders {
            guard let name = HTTPField.Name(name) else { continue }
            response.headerFields.append(HTTPField(name: name, value: value))
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        bytes.append(contentsOf: "Status: \(response.status.code) \(response.status.reasonPhrase)\r\n".utf8)
        for field in response.headerFields {
            bytes.append(contentsOf: field.name.rawName.utf8)
            bytes.append(contentsOf: ": ".utf8)
            bytes.append(contentsOf: field.value.utf8)
            bytes.append(contentsOf: "\r\n".utf8)
        }
        bytes.append(contentsOf: "\r\n".utf8)
        return bytes
    }

    /// Keeps the optimizer from removing a look-up whose result is not used.
    @inline(never) private static func consume(_ value: String?) {}
}
