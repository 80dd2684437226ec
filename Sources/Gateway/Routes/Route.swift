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
    /// - Parameters:
    ///   - method: selects what is passed through of a path that is also a route of other methods; nil stands for a method
    ///     that the route has.
    ///   - passedPaths: the paths that are passed through.
    ///   - statusPath: the status page's whole path. A prefix is not accepted here, because the web server restricts access
    ///     to this exact path.
    /// - Returns: the route and the model's name in the path, if it has one; nil if there is no such route.
    static func select(
        _ path: String, method: String? = nil, passing passedPaths: PassedPaths, statusPath: String? = nil
    ) -> (route: Route, model: String?)? {
        if path == statusPath { return (.status, nil) }
        // Fast path for nearly all requests, without splitting the path.
        if method == "POST" {
            if path == "/proxy" { return (.proxy, nil) }
            if path == "/v1/chat/completions" { return (.chatCompletions, nil) }
        }
        let path = APIPath(path)
        if let below = path.below, let route = Route(below: below, method, passing: passedPaths) {
            return (route, path.model)
        }
        // A prefix may be named like the root of Azure's API.
        guard path.below == nil || path.isAzures else { return nil }
        return Route(outsideAPI: path.last).map { ($0, nil) }
    }

    private init?(below: String, _ method: String?, passing passedPaths: PassedPaths) {
        let isPassed = passedPaths.contains(below)
        guard let route = Route(below: below), isPassed || !route.isOptional else {
            guard isPassed else { return nil }
            self = .passed("/" + below)
            return
        }
        let hasMethod = method.map { route.methods?.contains($0) ?? true } ?? true
        self = hasMethod || !isPassed ? route : .passed("/" + below)
    }

    private init?(outsideAPI segment: Substring?) {
        switch segment {
        case "proxy": self = .proxy
        case "healthz": self = .health
        case "authz": self = .authorization
        default: return nil
        }
    }

    /// The route of a path below `/v1` that is not simply passed through.
    private init?(below: String) {
        switch below {
        case "chat/completions": self = .chatCompletions
        case "completions": self = .completions
        case "responses": self = .responses
        case "responses/compact": self = .compact
        case "responses/input_tokens": self = .inputTokens
        case "models": self = .models(nil)
        default:
            let segments = APIPath.segments(of: below)
            // Upstream could take such a segment for a part of the path.
            guard segments.count == 2, segments[0] == "models", segments[1] != ".", segments[1] != "..",
                segments[1].utf8.count <= 256
            else { return nil }
            self = .models(String(segments[1]))
        }
    }

    /// Whether the route exists only if its path is passed through.
    private var isOptional: Bool { self == .compact || self == .inputTokens }

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
        guard case .passed(let path) = self, let first = APIPath.segments(of: path).first else { return name }
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
}

/// The paths below `/v1` that are passed through (`PASSTHROUGH`): routes, or with a trailing `/*` everything below a path.
public struct PassedPaths: Sendable {
    private var exact: Set<String> = []
    private var below: [String] = []

    /// Parses a list such as `embeddings,responses/*`. Nil if an entry is not a path.
    init?(parsing text: String) {
        for entry in text.split(separator: ",") {
            var path = entry.filter { $0 != " " }
            guard !path.isEmpty, !path.hasPrefix("/"), !path.contains("..") else { return nil }
            if path.hasSuffix("/*") {
                path.removeLast()
                below.append(path)
            } else {
                guard !path.contains("*"), !path.hasSuffix("/") else { return nil }
                exact.insert(path)
            }
        }
    }

    /// Whether a path, without its leading slash, is passed through. A path with `.` or `..` never is.
    func contains(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0 == "." || $0 == ".." || $0.isEmpty }) else { return false }
        return exact.contains(path) || below.contains { path.hasPrefix($0) }
    }
}
