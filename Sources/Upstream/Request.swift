internal import NIOHTTP1

/// One HTTP/1.1 request. The client adds `Host`, `Content-Length` and `Accept-Encoding` itself.
public struct Request: Sendable {
    /// Such as `POST`; case matters (RFC 9110, section 9.1).
    public var method: String
    /// Where it goes.
    public var origin: Origin
    /// Absolute, percent-encoded, with the query if there is one.
    public var path: String
    /// In the order in which they are sent, without those the client adds and without `Connection` and
    /// `Transfer-Encoding`.
    public var headers: [(name: String, value: String)]
    /// Sent as it is.
    public var body: [UInt8]
    /// Whether the response may come compressed, which it is not when its reader gets it.
    public var acceptsGzip = false

    /// A request that is not checked yet: `Client.send` refuses what cannot be written as HTTP.
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

    /// What the decoder of the response has to know of this request.
    var decoderHead: HTTPRequestHead {
        HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: path)
    }

    /// The head as it is sent (RFC 9112, section 3), to which the beginning of the body can be appended. ``validate()``
    /// sees to it that no part of it breaks a line.
    ///
    /// `Accept-Encoding: identity` unless asked otherwise, because a compressor between upstream and here holds an event stream back until its
    /// window is full, and an uncompressed stream needs no unpacking per event.
    ///
    /// - Parameter capacity: how many bytes to make room for behind the head.
    func serializedHead(reservingCapacity capacity: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512 + capacity)
        for piece in [method, " ", path, " HTTP/1.1\r\n"] { bytes.append(contentsOf: piece.utf8) }
        bytes.append(name: "Host", value: origin.authority)
        for (name, value) in headers { bytes.append(name: name, value: value) }
        bytes.append(name: "Accept-Encoding", value: acceptsGzip ? "gzip" : "identity")
        // A method that gives a body its meaning says how long the body is, even if it is empty (RFC 9110, 8.6).
        if !body.isEmpty || method == "POST" || method == "PUT" || method == "PATCH" {
            bytes.append(name: "Content-Length", value: String(body.count))
        }
        bytes.append(contentsOf: "\r\n".utf8)
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append(name: String, value: String) {
        append(contentsOf: name.utf8)
        append(contentsOf: ": ".utf8)
        append(contentsOf: value.utf8)
        append(contentsOf: "\r\n".utf8)
    }
}
