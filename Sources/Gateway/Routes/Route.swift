internal import CGI
internal import Translation

/// What a request is for, by its path.
enum Route: Sendable, Equatable {
    case proxy
    case health
    /// Whether a request may be made, for a web server that asks before it limits or passes on.
    case authorization
    /// What the process does, for whoever the web server lets see it.
    case status
    case chatCompletions
    case completions
    case responses
    /// A conversation made shorter by upstream.
    case compact
    /// How many tokens a request would have.
    case inputTokens
    /// One model, or with nil the list.
    case models(String?)
    /// A route that is handed through; the path below `/v1`, with a slash before it.
    case passed(String)

    /// The route of a path, below whatever prefix the web server mounts the program at.
    ///
    /// - Parameter statusPath: the status page's whole path. It is found nowhere else, or a web server that guards that path
    ///   would guard nothing.
    init?(path: String, passing passedPaths: PassedPaths, statusPath: String? = nil) {
        // Nearly all requests, mounted at the root: told without taking the path apart.
        switch path {
        case "/v1/chat/completions":
            self = .chatCompletions
            return
        case "/proxy":
            self = .proxy
            return
        case statusPath:
            self = .status
            return
        default: break
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
        case _ where rest.first == "models" && rest.count == 2: self = .models(rest.last.map(String.init))
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

    /// The name with what differs from request to request left out, for counting.
    var pattern: String {
        guard case .passed(let path) = self, let first = Self.parts(of: path).first else { return name }
        return first.utf8.count + 1 == path.utf8.count ? name : "/v1/\(first)/*"
    }

    /// The methods it answers to, as the `Allow` header lists them; nil for all.
    var methods: [String]? {
        switch self {
        case .proxy, .chatCompletions, .completions, .responses, .compact, .inputTokens: ["POST"]
        case .health, .models, .status: ["GET", "HEAD"]
        case .passed, .authorization: nil
        }
    }

    /// Whether it is answered by upstream, at least usually, and so takes one of the process's places.
    var isForUpstream: Bool { self != .health && self != .authorization && self != .status }

    /// As the translator knows it; nil where nothing is mapped.
    var translated: TranslatedRoute? { TranslatedRoute(rawValue: name) }

    /// In whose words a request to that path is told of errors, whether the path is a route or not.
    static func failureStyle(path: String) -> HTTPError.Style {
        parts(of: path).contains("v1") ? .openAI : .detail
    }

    /// A path's parts between its slashes, of which several count as one.
    private static func parts(of path: String) -> [Substring] {
        path.utf8.split(separator: UInt8(ascii: "/")).map(Substring.init)
    }
}
