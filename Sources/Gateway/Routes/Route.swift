internal import CGI

/// What a request is for, by its path.
enum Route: Sendable, Equatable {
    case proxy
    case health
    case chatCompletions

    /// The route of a path, below whatever prefix the web server mounts the program at.
    init?(path: String) {
        let parts = path.split(separator: "/")
        if let version = parts.lastIndex(of: "v1") {
            switch parts[parts.index(after: version)...] {
            case ["chat", "completions"]: self = .chatCompletions
            default: return nil
            }
        } else {
            switch parts.last {
            case "proxy": self = .proxy
            case "healthz": self = .health
            default: return nil
            }
        }
    }

    /// The path below the mount point, for the log.
    var name: String {
        switch self {
        case .proxy: "/proxy"
        case .health: "/healthz"
        case .chatCompletions: "/v1/chat/completions"
        }
    }

    /// The methods it answers to, as the `Allow` header lists them.
    var methods: [String] {
        switch self {
        case .proxy, .chatCompletions: ["POST"]
        case .health: ["GET", "HEAD"]
        }
    }

    /// In whose words a request to that path is told of errors, whether the path is a route or not.
    static func failureStyle(path: String) -> Failure.Style {
        path.split(separator: "/").contains("v1") ? .openAI : .detail
    }
}
