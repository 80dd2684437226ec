internal import NIOHTTP1

/// One HTTP/1.1 request. The client adds `Host`, `Content-Length` and `Accept-Encoding`.
public struct Request: Sendable {
    /// The method, such as `POST`; case-sensitive (RFC 9110, section 9.1).
    public var method: String
    /// The destination.
    public var origin: Origin
    /// The absolute path, percent-encoded, with the query if there is one.
    public var path: String
    /// The headers in the order of sending, without those that the client adds and without `Connection` and
    /// `Transfer-Encoding`.
    public var headers: [(name: String, value: String)]
    /// The body, which is sent unchanged.
    public var body: [UInt8]
    /// Whether upstream may compress the response. The client decompresses it.
    public var acceptsGzip = false

    /// Creates a request without checking it; `Client.send` rejects a request that cannot be written as HTTP.
    ///
    /// - Parameters:
    ///   - method: the method, such as `POST`.
    ///   - origin: the destination.
    ///   - path: the absolute path, percent-encoded, with the query if there is one.
    ///   - headers: the headers, without those that the client adds.
    ///   - body: the body; empty by default.
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

    /// The parts of this request that the response's decoder needs.
    var decoderHead: HTTPRequestHead {
        HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: path)
    }

    /// Serializes the head (RFC 9112, section 3). The start of the body can be appended to it. ``validate()`` has checked that
    /// no part contains a line break.
    ///
    /// Sends `Accept-Encoding: identity` unless ``acceptsGzip`` is set: a compressing server in front of upstream would hold
    /// back the events of a stream until its window is full, and uncompressed events need no decompression.
    ///
    /// - Parameter capacity: the number of bytes to reserve for the body after the head.
    /// - Returns: the head's bytes.
    func serializedHead(reservingCapacity capacity: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512 + capacity)
        for piece in [method, " ", path, " HTTP/1.1\r\n"] { bytes.append(contentsOf: piece.utf8) }
        bytes.append(name: "Host", value: origin.authority)
        for (name, value) in headers { bytes.append(name: name, value: value) }
        bytes.append(name: "Accept-Encoding", value: acceptsGzip ? "gzip" : "identity")
        // A method that defines a meaning for a body needs Content-Length even if the body is empty (RFC 9110, section 8.6).
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
