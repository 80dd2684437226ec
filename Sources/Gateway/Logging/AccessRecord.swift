internal import CGI
internal import Translation
internal import Upstream

/// What one request's log line says. Never a key, never content.
struct AccessRecord: Sendable {
    let requestID: String
    /// What the client calls it towards OpenAI.
    let clientRequestID: String?
    let trace: TraceContext?
    let method: String
    var caller: Caller?
    var route: String
    /// The route as it is counted: one of few.
    var routePattern = "other"
    var modelAsked: String?
    var modelSent: String?
    /// The model that would have been asked, had it not gone.
    var modelRetired: String?
    var streams = false
    var status = 0
    /// How many requests upstream it took: one for each choice of the reply, those that had to be corrected, and retries.
    var upstreamRequestCount = 1
    var retries = 0
    /// Which of several bases was asked last.
    var upstreamBase: String?
    var upstreamStatus: Int?
    var upstreamRequestID: String?
    var usage: Usage?
    /// How many tokens a stream's reply has so far, as far as can be told from its events.
    var outputTokensSeen = 0
    var firstByte: Duration?
    var duration: Duration = .zero
    var notices: [Notice] = []
    var error: String?
    var clientLeft = false
    /// What the proxy did in place of asking upstream.
    var substitute: Substitute?

    /// What a caller may ask of the proxy itself, by a header on a route that is upstream's.
    enum Substitute: String {
        case explain, check
    }
}

extension AccessRecord {
    init(of request: CGI.Request) {
        self.init(
            requestID: RequestID.of(request), clientRequestID: RequestID.ofClient(request),
            trace: TraceContext(request), method: request.method, route: request.path)
    }

    /// Headers that tell upstream which request it is, so that the logs of all who had it can be joined: the client's name
    /// for it if it has one, as it would be without a proxy, else the proxy's; and its place in a trace.
    var headersForUpstream: [(name: String, value: String)] {
        [("X-Client-Request-Id", clientRequestID ?? requestID)] + (trace?.headers ?? [])
    }

    /// The output tokens of a stream that ended before upstream had said what it took, who will ask to be paid for it all the
    /// same. There may be more: a delta counts as one, and reasoning has none.
    var unaccountedOutputTokens: Int? { usage == nil && outputTokensSeen > 0 ? outputTokensSeen : nil }

    /// A web server's question who somebody is precedes a request that has a line of its own; and a page that is looked at
    /// all the time would fill the log with itself.
    var isForTheLog: Bool { route != Route.authorization.name && route != Route.status.name }

    /// - Parameter requests: those that one request of the client became.
    mutating func note(_ requests: [TranslatedRequest]) {
        note(requests[0])
    }

    mutating func note(_ responses: [UpstreamResponse]) {
        // Where only some of several choices had to be replaced, that is what is worth telling.
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

    mutating func note(status: Int, headers: [(name: String, value: String)]) {
        upstreamStatus = status
        upstreamRequestID = headers.first { $0.name.lowercased() == "x-request-id" }?.value
    }
}
