internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// One request on its way through the gateway, with what its log line will say. Lives on one event loop.
final class Exchange {
    let start = ContinuousClock.now
    private(set) var request: CGI.Request
    let eventLoop: any EventLoop
    let upstream: UpstreamRequests
    let memory: Memory
    var record: AccessRecord
    private let client: Client
    private let admission: Admission
    /// How many places it takes of those that the process has.
    private var places = 0
    private let configuredSettings: TranslationSettings

    init(
        _ request: CGI.Request, on eventLoop: any EventLoop, client: Client, upstream: UpstreamRequests,
        memory: Memory, admission: Admission, settings: TranslationSettings
    ) {
        self.request = request
        self.eventLoop = eventLoop
        self.client = client
        self.upstream = upstream
        self.memory = memory
        self.admission = admission
        configuredSettings = settings
        record = AccessRecord(requestID: RequestID.of(request), method: request.method, route: request.path)
    }

    /// Takes places in the process.
    ///
    /// - Throws: when it has no more.
    func enter(_ count: Int = 1) throws(Failure) {
        try admission.enter(count)
        places += count
    }

    /// Gives the places back.
    func leave() {
        admission.leave(places)
        places = 0
    }

    /// The operator's settings, with those of the web server's location and of the caller's key.
    func settings() throws(ConfigurationError) -> TranslationSettings {
        var settings = try configuredSettings.overridden(by: request.parameters)
        if let target = record.caller?.target { settings.target = target }
        return settings
    }

    /// The request's body, once: a conversation may be long, and nothing needs it while its stream lives.
    func takeBody() throws(BodyError) -> [UInt8] {
        defer { request.body = .success([]) }
        return try request.body.get()
    }

    /// The request's body, which must be JSON; once.
    func takeDocument() throws -> Document {
        try Document(parsing: takeBody(), maximumCount: maximumJSONCount)
    }

    /// Who asks, for what is remembered from one request to the next.
    var caller: String { record.caller?.label ?? "" }

    /// Asks upstream, and notes what was answered, whatever it is.
    func send(_ request: Upstream.Request) async throws(UpstreamError) -> Response {
        let response = try await client.send(request, on: eventLoop)
        record.note(status: response.status, headers: response.passedHeaders)
        return response
    }

    /// Asks upstream, and notes what was asked and answered.
    ///
    /// - Throws: ``Refusal`` when the answer is an error.
    func answer(to request: TranslatedRequest) async throws -> UpstreamCall.Answer {
        try await answers(to: [request])[0]
    }

    /// Asks upstream several things at once. The first that fails ends the others.
    ///
    /// - Parameter requests: at least one.
    /// - Throws: ``Refusal`` when an answer is an error.
    func answers(to requests: [TranslatedRequest]) async throws -> [UpstreamCall.Answer] {
        record.note(requests)
        try permit(requests[0].context)
        if requests.count > 1 { try enter(requests.count - 1) }
        let call = UpstreamCall(
            client: client, eventLoop: eventLoop, requests: upstream, memory: memory, caller: caller)
        do {
            let answers =
                requests.count == 1 ? [try await call.send(requests[0])] : try await Self.send(requests, by: call)
            record.note(answers)
            return answers
        } catch let refusal as Refusal {
            record.notices = refusal.notices
            record.note(status: refusal.status, headers: refusal.headers)
            throw refusal
        }
    }

    /// - Throws: when the caller may not use the model.
    private func permit(_ context: ReplyContext) throws(Failure) {
        guard let caller = record.caller else { return }
        let asked = context.modelAsked ?? context.modelSent
        guard caller.mayUse(asked) || caller.mayUse(context.modelSent) else { throw Failure.modelNotAllowed(asked) }
    }

    private static func send(
        _ requests: [TranslatedRequest], by call: UpstreamCall
    ) async throws -> [UpstreamCall.Answer] {
        try await withThrowingTaskGroup(of: (Int, UpstreamCall.Answer).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask { (index, try await call.send(request)) }
            }
            var answers: [Int: UpstreamCall.Answer] = [:]
            for try await (index, answer) in group { answers[index] = answer }
            return requests.indices.compactMap { answers[$0] }
        }
    }
}

extension UpstreamCall.Answer {
    /// The headers for the client: upstream's, and what the request's translation left out.
    var headers: [(name: String, value: String)] { response.passedHeaders + request.headers }
}

/// How many values and names a client's JSON may have: ten times what the longest of conversations needs.
let maximumJSONCount = 1_000_000
