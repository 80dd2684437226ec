internal import CGI
internal import JSON
internal import Models
internal import NIOCore
internal import Scoreboard
internal import Translation
internal import Upstream

/// One request on its way through the gateway, with what its log line will say. Lives on one event loop.
final class Exchange {
    let start = ContinuousClock.now
    let request: CGI.Request
    /// The request's body, once it was received, until it is used.
    private var body = ReceivedBody([])
    let eventLoop: any EventLoop
    var record: AccessRecord
    private let shared: Shared
    /// One for each request upstream that the client's has become.
    private var tries: [Tries] = []
    /// What whole replies have of the process's memory.
    private(set) lazy var replies = MemoryBudget.Share(of: shared.budget)
    /// How many places it takes of those that the process has.
    private var places = 0
    /// Where others can see it, while it is live.
    private(set) var place: Place?

    init(_ request: CGI.Request, on eventLoop: any EventLoop, sharing shared: Shared) {
        self.request = request
        self.eventLoop = eventLoop
        self.shared = shared
        record = AccessRecord(of: request)
    }

    /// What the process remembers from one request to the next.
    var memory: Memory { shared.memory }

    /// Takes a place in the process, if need be after a short wait.
    ///
    /// - Throws: when it has no more.
    func enter() async throws(Failure) {
        try await shared.admission.enter(on: eventLoop)
        places = 1
        place = shared.scoreboard?.enter()
        describe()
    }

    /// Gives the places back.
    func leave() {
        shared.admission.leave(places)
        places = 0
        if let place = place.take() { shared.scoreboard?.leave(place) }
    }

    /// Says on the scoreboard what it is, as far as that is known.
    private func describe() {
        place?.describe(
            requestID: record.requestID, caller: caller, route: record.routePattern, model: record.modelSent ?? "",
            method: record.method)
    }

    /// The operator's settings, with those of the web server's location and of the caller's key.
    func settings() throws(ConfigurationError) -> TranslationSettings {
        var settings = try shared.settings.overridden(by: request.parameters)
        settings.catalogue = shared.catalogue.value
        if let target = record.caller?.target { settings.target = target }
        return settings
    }

    /// The day, by which models are gone.
    var today: Day { shared.today() }

    /// A translator with these settings, for the models that there are today.
    func translator() throws(ConfigurationError) -> RequestTranslator {
        let settings = try settings()
        let availability = settings.availability(on: today).map { memory.observations.added(to: $0) }
        return RequestTranslator(settings: settings, availability: availability)
    }

    /// Receives the request's body.
    ///
    /// - Throws: why it cannot be had whole.
    func receiveBody() async throws(BodyError) {
        body = try await request.body.receive()
    }

    /// The request's body, once: a conversation may be long, and nothing needs it while its stream lives.
    func takeBody() -> [UInt8] {
        defer { body.bytes = [] }
        return body.bytes
    }

    /// The request's body, which must be JSON; once.
    func takeDocument() throws -> Document {
        try Document(parsing: takeBody(), maximumCount: maximumJSONCount)
    }

    /// Who asks, for what is remembered from one request to the next.
    var caller: String { record.caller?.label ?? "" }

    /// Asks upstream what needs no translation, and notes what was answered.
    ///
    /// - Throws: ``Refusal`` when the answer is an error.
    func send(
        _ makeRequest: (UpstreamRequests, _ idempotencyKey: String) -> Upstream.Request
    ) async throws -> Response {
        do {
            let response = try await tries(0).send(makeRequest)
            record.note(response)
            return response
        } catch let refusal as Refusal {
            record.note(status: refusal.status, headers: refusal.headers)
            throw refusal
        }
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
        describe()
        try permit(requests[0].context)
        if requests.count > 1 {
            try shared.admission.enter(further: requests.count - 1)
            places += requests.count - 1
        }
        let calls = requests.indices.map { UpstreamCall(tries: tries($0), memory: memory, caller: caller) }
        do {
            let answers =
                requests.count == 1 ? [try await calls[0].send(requests[0])] : try await Self.send(requests, by: calls)
            record.note(answers)
            describe()
            return answers
        } catch var refusal as Refusal {
            record.notices = refusal.notices
            record.note(status: refusal.status, headers: refusal.headers)
            if refusal.status == 400, let warning = refusal.notices.first(where: { $0.kind == .warned }) {
                refusal.remark("gpt-proxy: '\(warning.field)' \(warning.reason)")
            }
            throw refusal
        }
    }

    /// A stream that upstream is yet to be asked for. When it has begun, nothing is held of what the request takes.
    func opening<Transform: StreamTransform>(
        _ head: ResponseHead, _ transforms: [Transform], ask: @escaping () async throws -> OpeningAnswer
    ) -> Opening<Transform> {
        let memory = body.memory.take()
        return Opening(head: head, transforms: transforms, asksAgain: asksAgain) {
            defer { withExtendedLifetime(memory) {} }
            return try await ask()
        }
    }

    /// What upstream would be asked, without asking it: the requests as they would be tried first, at the first of the bases.
    func rehearse(
        _ requests: [TranslatedRequest]
    ) throws(Failure) -> [(translated: TranslatedRequest, sent: Upstream.Request)] {
        let corrected = requests.map { $0.without(memory.refusedParameters.of($0.context.modelSent)) }
        record.note(corrected)
        try permit(corrected[0].context)
        return corrected.map { translated in
            var sent = shared.upstreams.bases[0].requests.post(translated, idempotencyKey: IdempotencyKey.of(request))
            sent.headers += record.headersForUpstream
            return (translated, sent)
        }
    }

    /// Whether upstream is to be asked again, after a failure of its stream of which the client has seen nothing.
    private func asksAgain(after failure: Failure) -> Bool {
        tries.count == 1 && tries[0].decide(after: Fault(failure))
    }

    /// What clients must not see of the operator's keys.
    var redaction: Redaction { shared.upstreams.redaction }

    /// An error of upstream without what is the operator's own.
    ///
    /// - Throws: when it is too large.
    func redacted(_ body: [UInt8]) throws(Failure) -> [UInt8] {
        guard body.count <= Redaction.sizeLimit else { throw .upstreamErrorTooLarge }
        return redaction.apply(body)
    }

    /// Whether the proxy has done what the client would do if it tried again.
    var hasTriedAll: Bool { tries.contains(where: \.areUsedUp) }

    /// Notes what the reply took.
    func noteTries() {
        guard !tries.isEmpty else { return }
        record.upstreamRequestCount = tries.reduce(0) { $0 + $1.sent }
        record.retries = tries.reduce(0) { $0 + $1.retries }
        if shared.upstreams.bases.count > 1 { record.upstreamBase = tries[0].origin?.description }
    }

    private func tries(_ index: Int) -> Tries {
        while tries.count <= index {
            // The choices of one reply are several requests.
            let key = IdempotencyKey.of(request) + (tries.isEmpty ? "" : ".\(tries.count)")
            tries.append(
                Tries(shared.upstreams, on: eventLoop, idempotencyKey: key, headers: record.headersForUpstream))
        }
        return tries[index]
    }

    /// - Throws: when the caller may not use the model.
    private func permit(_ context: ReplyContext) throws(Failure) {
        guard let caller = record.caller else { return }
        guard !context.modelSent.isEmpty else {
            if caller.models != nil { throw Failure.modelNotNamed }
            return
        }
        let asked = context.modelAsked ?? context.modelMapped
        let names = [asked, context.modelMapped, context.modelSent]
        guard names.contains(where: caller.mayUse) else { throw Failure.modelNotAllowed(asked) }
    }

    private static func send(
        _ requests: [TranslatedRequest], by calls: [UpstreamCall]
    ) async throws -> [UpstreamCall.Answer] {
        try await withThrowingTaskGroup(of: (Int, UpstreamCall.Answer).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask { (index, try await calls[index].send(request)) }
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
