/// A request as a web server passes it to a CGI or FastCGI program: its variables and its body.
public struct Request: Sendable {
    /// The variables that describe the request.
    public var parameters: Parameters

    /// The body, which is received on demand.
    public var body: any RequestBody

    /// Creates a request.
    ///
    /// - Parameters:
    ///   - parameters: the variables that describe the request.
    ///   - body: the body; empty by default.
    public init(parameters: Parameters, body: any RequestBody = StoredBody()) {
        self.parameters = parameters
        self.body = body
    }

    /// `REQUEST_METHOD`; `GET` if the web server does not set it.
    public var method: String { parameters["REQUEST_METHOD"] ?? "GET" }

    /// The path below the document root: `SCRIPT_NAME` followed by `PATH_INFO`; `DOCUMENT_URI` if both are empty.
    ///
    /// It is never empty and begins with a slash. The web server has already percent-decoded it.
    public var path: String {
        let script = parameters["SCRIPT_NAME"] ?? ""
        let path = script + (parameters["PATH_INFO"] ?? "")
        let chosen = path.isEmpty ? parameters["DOCUMENT_URI"] ?? "/" : path
        return chosen.hasPrefix("/") ? chosen : "/" + chosen
    }

    /// `QUERY_STRING`, without the question mark and not decoded; nil if it is empty.
    public var query: String? { parameters["QUERY_STRING"] }

    /// `CONTENT_TYPE`, the value of the request's `Content-Type` header.
    public var contentType: String? { parameters["CONTENT_TYPE"] }

    /// A request header's value.
    ///
    /// `content-type` and `content-length` are not found here, because web servers pass them in other variables.
    ///
    /// - Parameter name: the header's name in lower case (`x-api-key`).
    /// - Returns: the value; nil if the header is absent or empty.
    public func header(_ name: String) -> String? { parameters.header(name) }
}
