internal import CGI
internal import Upstream

/// Which origins' pages may call from a browser (`CORS_ORIGINS`), told as the Fetch standard has it (section 3.2).
///
/// Callers show a key of their own with each request, never a cookie, so that a page can do nothing here that its user's
/// key does not allow it.
enum CrossOriginPolicy: Sendable, Equatable {
    case nobody
    case everybody
    case these(Set<String>)

    /// Reads `*`, or origins separated by commas.
    init(_ text: String) throws(ValueFault) {
        let entries = text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        if entries == ["*"] {
            self = .everybody
            return
        }
        var origins: Set<String> = []
        for entry in entries {
            guard let url = try? BaseURL(entry), url.origin.description == entry.lowercased() else {
                throw ValueFault("'\(entry)' is no origin")
            }
            origins.insert(url.origin.description)
        }
        self = .these(origins)
    }

    /// What every answer to a request says of it.
    func headers(for request: CGI.Request) -> [(name: String, value: String)] {
        switch self {
        case .nobody: return []
        case .everybody: return [("Access-Control-Allow-Origin", "*"), Self.exposed]
        case .these:
            // The answer depends on who asks; a cache has to know.
            guard let origin = allowedOrigin(of: request) else { return [("Vary", "Origin")] }
            return [("Access-Control-Allow-Origin", origin), ("Vary", "Origin"), Self.exposed]
        }
    }

    /// The answer to a browser that asks, without a key, whether a page may make a request; nil when this is no such
    /// question, or the answer is no.
    ///
    /// - Parameter methods: those of the route; nil for all.
    func preflight(_ request: CGI.Request, methods: [String]?) -> ResponseHead? {
        guard request.method == "OPTIONS", let method = request.header("access-control-request-method"),
            method.utf8.count <= Self.longestMethod, allowedOrigin(of: request) != nil
        else { return nil }
        var head = ResponseHead(status: 204)
        head.add("Access-Control-Allow-Methods", methods?.joined(separator: ", ") ?? method)
        // Client libraries send a dozen of their own; none is of any meaning here.
        if let fields = request.header("access-control-request-headers"), fields.utf8.count <= Self.longestFields {
            head.add("Access-Control-Allow-Headers", fields)
        }
        head.add("Access-Control-Max-Age", "600")
        return head
    }

    // The reply's head repeats them, and has to fit into the web server's buffer (nginx's has 4 KB).
    private static let longestMethod = 64
    private static let longestFields = 2048

    private func allowedOrigin(of request: CGI.Request) -> String? {
        guard let origin = request.header("origin") else { return nil }
        return switch self {
        case .nobody: nil
        case .everybody: origin
        case .these(let origins): origins.contains(origin) ? origin : nil
        }
    }

    /// Requests with a key, not with cookies, may see all headers.
    private static let exposed = (name: "Access-Control-Expose-Headers", value: "*")
}
