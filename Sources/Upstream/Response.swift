internal import NIOHTTP1

/// A response whose head is here and whose body is still to be read.
public struct Response: Sendable {
    /// 200 … 999. Informational responses never come this far; redirections are not followed.
    public let status: Int
    /// What follows the head, to be read once.
    public let body: ResponseBody
    private let fields: HTTPHeaders

    init(_ head: HTTPResponseHead, body: ResponseBody) {
        status = Int(head.status.code)
        fields = head.headers
        self.body = body
    }

    /// The first value of a field; letter case does not matter.
    public func header(_ name: String) -> String? {
        fields.first(name: name)
    }

    /// All fields as they came, in their order. Of a body that is decoded on the way, `Content-Encoding` and
    /// `Content-Length` are left out, for they do not describe what the caller reads.
    public var headers: [(name: String, value: String)] {
        Array(fields)
    }
}
