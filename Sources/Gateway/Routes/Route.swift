internal import CGI

/// What a request is for, by its path.
enum Route: Sendable, Equatable {
    case proxy
    case health

    /// The route of a path, below whatever prefix the web server mounts the program at: the last part decides.
    init?(path: String) {
        switch path.split(separator: "/", omittingEmptySubsequences: true).last {
        case "proxy": self = .proxy
        case "healthz": self = .health
        default: return nil
        }
    }

    /// The path below the mount point, for the log.
    var name: String {
        switch self {
        case .proxy: "/proxy"
        case .health: "/healthz"
        }
    }

    /// The methods it answers to, as the `Allow` header lists them.
    var methods: [String] {
        switch self {
        case .proxy: ["POST"]
        case .health: ["GET", "HEAD"]
        }
    }
}
