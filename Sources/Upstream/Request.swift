internal import NIOHTTP1

/// One HTTP/1.1 request. The client adds `Host`, `Content-Length` and `Accept-Encoding` itself.
public struct Request: Sendable {
    /// Such as `POST`; case matters (RFC 9110, section 9.1).
    public var method: String
    public var origin: Origin
    /// Absolute, percent-encoded, with the query if there is one.
    public var path: String
    /// In the order in which they are sent, without those the client adds and without `Connection` and
    /// `Transfer-Encoding`.
    public var headers: [(name: String, value: String)]
    /// Sent as it is.
    public var body: [UInt8]

    public init(
        method: String, origin: Origin, path: String, headers: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.origin = origin
        self.path = path
        self.headers = headers
        self.body = body
    }

    /// The head as it is sent.
    ///
    /// `Accept-Encoding: identity`, because a compressor between upstream and here holds an event stream back until its
    /// window is full, and an uncompressed stream needs no unpacking per event.
    var head: HTTPRequestHead {
        var fields = HTTPHeaders()
        fields.reserveCapacity(headers.count + 3)
        fields.add(name: "Host", value: origin.authority)
        for (name, value) in headers { fields.add(name: name, value: value) }
        fields.add(name: "Accept-Encoding", value: "identity")
        // A method that gives a body its meaning says how long the body is, even if it is empty (RFC 9110, 8.6).
        if !body.isEmpty || method == "POST" || method == "PUT" || method == "PATCH" {
            fields.add(name: "Content-Length", value: String(body.count))
        }
        return HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: path, headers: fields)
    }
}
