internal import Access
internal import CGI
internal import Translation
internal import Upstream

/// The content of one request's log line: never a key, never message content.
struct AccessRecord: Sendable {
    let requestID: String
    /// The client's own id for the request, from `X-Client-Request-Id`.
    let clientRequestID: String?
    let trace: TraceContext?
    let method: String
    var caller: Caller?
    var route: String
    /// The route's pattern for metrics, which has few values.
    var routePattern = "other"
    var modelAsked: String?
    var modelSent: String?
    /// The retired model that was replaced.
    var modelRetired: String?
    var streams = false
    var status = 0
    /// The number of upstream requests: one for each choice of the response, corrected requests, and retries.
    var upstreamRequestCount = 1
    var retries = 0
    /// The base of the last upstream request, if there are several.
    var upstreamBase: String?
    var upstreamStatus: Int?
    var upstreamRequestID: String?
    var usage: Usage?
    /// The number of output tokens of a stream, estimated from its events.
    var outputTokensSeen = 0
    var firstByte: Duration?
    var duration: Duration = .zero
    var notices: [Notice] = []
    var error: String?
    /// What the operator must know about the error beyond its reason, such as the address that could not be reached.
    var errorDetail: String?
    var clientLeft = false
    /// The proxy's own response, if it replaced the upstream request.
    var substitute: Substitute?

    /// The proxy's own responses, which a header requests on upstream routes.
    enum Substitute: String {
        case explain, check
    }
}

extension AccessRecord {
    init(of request: CGI.Request) {
        self.init(
            requestID: RequestID.of(request), clientRequestID: RequestID.ofClient(request),
            trace: TraceContext(request), method: request.method.printable(upTo: 16),
            route: Self.withoutIDs(request.path).printable(upTo: 128))
    }

    /// A path without the segments that are long enough to be ids: who has the id of a stored object can read it.
    private static func withoutIDs(_ path: String) -> String {
        guard path.utf8.count > longestWord else { return path }
        return path.split(separator: "/", omittingEmptySubsequences: false).map {
            $0.utf8.count > longestWord ? "*" : $0
        }.joined(separator: "/")
    }

    /// The longest segment that is shown, in bytes.
    private static let longestWord = 24

    /// Headers that identify the request upstream, so that the logs of client, proxy and upstream can be joined: the
    /// client's own id if it sent one, as without a proxy, otherwise the proxy's; and the trace context.
    var headersForUpstream: [(name: String, value: String)] {
        [("X-Client-Request-Id", clientRequestID ?? requestID)] + (trace?.headers ?? [])
    }

    /// The estimated output tokens of a stream that ended before upstream reported its usage; upstream charges for them
    /// nevertheless. The real number may be larger: a delta counts as one token, and reasoning tokens are not visible.
    var unaccountedOutputTokens: Int? { usage == nil && outputTokensSeen > 0 ? outputTokensSeen : nil }

    /// Whether the request is logged. `/authz` subrequests are not, because the request that they precede is; nor is the
    /// status page, which is polled.
    var isForTheLog: Bool { route != Route.authorization.name && route != Route.status.name }

    /// - Parameter requests: the upstream requests of one client request.
    mutating func note(_ requests: [TranslatedRequest]) {
        note(requests[0])
    }

    mutating func note(_ responses: [UpstreamResponse]) {
        // If only some of the choices used a replacement model, one of those is recorded.
        let index = responses.firstIndex { $0.request.context.modelRetired != nil } ?? 0
        note(responses[index].request)
        note(responses[0].response)
    }

    private mutating func note(_ request: borrowing TranslatedRequest) {
        modelAsked = request.context.modelAsked
        modelSent = request.context.modelSent.isEmpty ? nil : request.context.modelSent
        modelRetired = request.context.modelRetired
        streams = request.context.streams
        notices = request.notices
    }

    mutating func note(_ response: Response) {
        upstreamStatus = response.status
        upstreamRequestID = response.header("x-request-id").flatMap { $0.utf8.count <= 256 ? $0 : nil }
    }

    mutating func note(_ failure: HTTPError) {
        error = failure.reason
        errorDetail = failure.detail
    }

    mutating func note(status: Int, headers: [(name: String, value: String)]) {
        upstreamStatus = status
        upstreamRequestID = headers.first { $0.name.lowercased() == "x-request-id" }?.value
    }
}
