/// A request as a web server hands it to a CGI or FastCGI program: its variables and its body.
public struct Request: Sendable {
    /// What the web server says of the request.
    public var parameters: Parameters

    /// The body, which is received when it is asked for.
    public var body: any RequestBody

    /// A request of its parts.
    ///
    /// - Parameters:
    ///   - parameters: what the web server says of it.
    ///   - body: by default none.
    public init(parameters: Parameters, body: any RequestBody = StoredBody()) {
        self.parameters = parameters
        self.body = body
    }

    /// `REQUEST_METHOD`; `GET` when the server says none.
    public var method: String { parameters["REQUEST_METHOD"] ?? "GET" }

    /// The path below the document root: `SCRIPT_NAME` and `PATH_INFO` together, or `DOCUMENT_URI`.
    ///
    /// Never empty; begins with a slash. The server has decoded it already.
    public var path: String {
        let script = parameters["SCRIPT_NAME"] ?? ""
        let path = script + (parameters["PATH_INFO"] ?? "")
        let chosen = path.isEmpty ? parameters["DOCUMENT_URI"] ?? "/" : path
        return chosen.hasPrefix("/") ? chosen : "/" + chosen
    }

    /// `QUERY_STRING` without the question mark, not decoded; nil when there is none.
    public var query: String? { parameters["QUERY_STRING"] }

    /// `CONTENT_TYPE`, where servers put the header of that name.
    public var contentType: String? { parameters["CONTENT_TYPE"] }

    /// A request header, by its name in lower case (`x-api-key`).
    ///
    /// `content-type` and `content-length` have variables of their own and are not found here.
    public func header(_ name: String) -> String? { parameters.header(name) }
}
