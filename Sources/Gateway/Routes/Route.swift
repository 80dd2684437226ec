internal import CGI
internal import Translation

/// The endpoint of a request, selected by its path.
enum Route: Sendable, Equatable {
    case proxy
    case health
    /// Whether a request is permitted, for a web server that checks before it limits or passes on a request.
    case authorization
    /// The status page; the web server restricts access to it.
    case status
    case chatCompletions
    case completions
    case responses
    /// Compaction of a conversation by upstream.
    case compact
    /// The token count of a request.
    case inputTokens
    /// One model; nil for the list.
    case models(String?)
    /// A route that is passed through; the path below `/v1`, with its leading slash.
    case passed(String)

    /// The route of a path, below any prefix at which the web server mounts the program.
    ///
    /// - Parameter statusPath: the status page's whole path. A prefix is not accepted here, because the web server
    ///   restricts access to this exact path.
    init?(path: String, passing passedPaths: PassedPaths, statusPath: String? = nil) {
        if path == statusPath {
            self = .status
            return
        }
        // Fast path for nearly all requests, without splitting the path.
        if path == "/proxy" {
            self = .proxy
            return
        }
        let chat = "/v1/chat/completions".utf8
        if path.utf8.count >= chat.count, path.utf8.suffix(chat.count).elementsEqual(chat) {
            self = .chatCompletions
            return
        }
        let parts = Self.parts(of: path)
        guard let version = parts.lastIndex(of: "v1") else {
            switch parts.last {
            case "proxy": self = .proxy
            case "healthz": self = .health
            case "authz": self = .authorization
            default: return nil
            }
            return
        }
        let rest = parts[parts.index(after: version)...]
        switch rest.joined(separator: "/") {
        case "chat/completions": self = .chatCompletions
        case "completions": self = .completions
        case "responses": self = .responses
        case "models": self = .models(nil)
        case _ where rest.first == "models" && rest.count == 2:
            // Upstream could take such a segment for a part of the path.
            guard let id = rest.last, id != ".", id != "..", id.utf8.count <= 256 else { return nil }
            self = .models(String(id))
        case let below:
            guard passedPaths.contains(below) else { return nil }
            switch below {
            case "responses/compact": self = .compact
            case "responses/input_tokens": self = .inputTokens
            default: self = .passed("/" + below)
            }
        }
    }

    /// The path below the mount point, for the log.
    var name: String {
        switch self {
        case .proxy: "/proxy"
        case .health: "/healthz"
        case .authorization: "/authz"
        case .status: "status"
        case .chatCompletions: "/v1/chat/completions"
        case .completions: "/v1/completions"
        case .responses: "/v1/responses"
        case .compact: "/v1/responses/compact"
        case .inputTokens: "/v1/responses/input_tokens"
        case .models: "/v1/models"
        case .passed(let path): "/v1" + path
        }
    }

    /// The name without the parts that vary from request to request, for counting.
    var pattern: String {
        guard case .passed(let path) = self, let first = Self.parts(of: path).first else { return name }
        return first.utf8.count + 1 == path.utf8.count ? name : "/v1/\(first)/*"
    }

    /// The permitted methods, as the `Allow` header lists them; nil for all.
    var methods: [String]? {
        switch self {
        case .proxy, .chatCompletions, .completions, .responses, .compact, .inputTokens: ["POST"]
        case .health, .models, .status: ["GET", "HEAD"]
        case .passed, .authorization: nil
        }
    }

    /// Whether upstream usually serves the request, so that it needs a permit.
    var isForUpstream: Bool { self != .health && self != .authorization && self != .status }

    /// The translator's route; nil if requests are not mapped.
    var translated: TranslatedRoute? { TranslatedRoute(rawValue: name) }

    /// The format of errors for a path, whether it is a route or not.
    static func failureStyle(path: String) -> HTTPError.Style {
        parts(of: path).contains("v1") ? .openAI : .detail
    }

    /// A path's segments; consecutive slashes count as one.
    private static func parts(of path: String) -> [Substring] {
        path.utf8.split(separator: UInt8(ascii: "/")).map(Substring.init)
    }
}
