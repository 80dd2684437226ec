internal import CGI
internal import Settings
internal import Upstream

/// The origins whose pages may send requests from a browser (`CORS_ORIGINS`), with the headers of the Fetch standard
/// (section 3.2).
///
/// Callers send their own key with each request, never a cookie, so a page can do only what its user's key permits.
enum CrossOriginPolicy: Sendable, Equatable {
    case noOrigin
    case anyOrigin
    case listed(Set<String>)

    /// Reads `*`, or origins separated by commas.
    init(_ text: String) throws(ValueFault) {
        let entries = text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        if entries == ["*"] {
            self = .anyOrigin
            return
        }
        var origins: Set<String> = []
        for entry in entries {
            guard let url = try? BaseURL(entry), url.origin.description == entry.lowercased() else {
                throw ValueFault("'\(entry)' is not an origin")
            }
            origins.insert(url.origin.description)
        }
        self = .listed(origins)
    }

    /// The headers of every response to a request.
    func headers(for request: CGI.Request) -> [(name: String, value: String)] {
        switch self {
        case .noOrigin: return []
        case .anyOrigin: return [("Access-Control-Allow-Origin", "*"), Self.exposed]
        case .listed:
            // The response depends on the request's origin, so caches need `Vary`.
            guard let origin = allowedOrigin(of: request) else { return [("Vary", "Origin")] }
            return [("Access-Control-Allow-Origin", origin), ("Vary", "Origin"), Self.exposed]
        }
    }

    /// The response to a preflight request, by which a browser asks, without a key, whether a page may send a request; nil
    /// if the request is not a preflight request or the origin is not allowed.
    ///
    /// - Parameter methods: the route's methods; nil for all.
    func preflight(_ request: CGI.Request, methods: [String]?) -> ResponseHead? {
        guard request.method == "OPTIONS", let method = request.header("access-control-request-method"),
            method.utf8.count <= Self.longestMethod, allowedOrigin(of: request) != nil
        else { return nil }
        var head = ResponseHead(status: 204)
        head.add("Access-Control-Allow-Methods", methods?.joined(separator: ", ") ?? method)
        // Client libraries send a dozen headers of their own; all are harmless here.
        if let fields = request.header("access-control-request-headers"), fields.utf8.count <= Self.longestFields {
            head.add("Access-Control-Allow-Headers", fields)
        }
        head.add("Access-Control-Max-Age", "600")
        return head
    }

    // The response head repeats these values, and must fit into the web server's buffer (nginx's has 4 KB).
    private static let longestMethod = 64
    private static let longestFields = 2048

    private func allowedOrigin(of request: CGI.Request) -> String? {
        guard let origin = request.header("origin") else { return nil }
        return switch self {
        case .noOrigin: nil
        case .anyOrigin: origin
        case .listed(let origins): origins.contains(origin) ? origin : nil
        }
    }

    /// For requests without cookies, `*` exposes all headers.
    private static let exposed = (name: "Access-Control-Expose-Headers", value: "*")
}
