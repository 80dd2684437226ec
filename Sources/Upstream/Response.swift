internal import NIOHTTP1

/// A response whose head has arrived and whose body has not been read yet.
public struct Response: Sendable {
    /// The status code, 200 to 999. Informational responses are dropped earlier; redirects are not followed.
    public let status: Int
    /// The body, which can be read once.
    public let body: ResponseBody
    private let fields: HTTPHeaders

    init(_ head: HTTPResponseHead, body: ResponseBody) {
        status = Int(head.status.code)
        fields = head.headers
        self.body = body
    }

    /// Whether the status is 200 to 299. Redirections are not successes: they are not followed, because the key would be
    /// sent to the new address.
    public var isSuccess: Bool { (200..<300).contains(status) }

    /// The first value of a header.
    ///
    /// - Parameter name: the header's name; case is ignored.
    /// - Returns: the value; nil if the header is absent.
    public func header(_ name: String) -> String? {
        fields.first(name: name)
    }

    /// All headers in the order in which they arrived. If the client decodes the body, `Content-Encoding` and `Content-Length`
    /// are left out, because they do not describe the decoded body.
    public var headers: [(name: String, value: String)] {
        Array(fields)
    }
}
