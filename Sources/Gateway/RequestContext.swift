internal import Access
internal import CGI
internal import JSON
internal import Models
internal import NIOCore
internal import Scoreboard
internal import Settings
internal import Translation
internal import Upstream

/// One request of a client, with its log record and the right to respond. Used on one event loop only.
final class RequestContext {
    /// What all requests of a process share.
    final class Shared: Sendable {
        let configuration: Configuration
        let pool: UpstreamPool
        let caches: Caches
        let budget: MemoryBudget
        let limiter: ConcurrencyLimiter
        let probe = UpstreamProbe()
        let scoreboard: Scoreboard?
        let catalogue: Reloadable<Catalogue>
        /// Returns the current day, which decides which models are retired.
        let today: @Sendable () -> Day

        init(
            configuration: Configuration, pool: UpstreamPool, caches: Caches, budget: MemoryBudget,
            limiter: ConcurrencyLimiter, scoreboard: Scoreboard?, catalogue: Reloadable<Catalogue>,
            today: @escaping @Sendable () -> Day
        ) {
            self.configuration = configuration
            self.pool = pool
            self.caches = caches
            self.budget = budget
            self.limiter = limiter
            self.scoreboard = scoreboard
            self.catalogue = catalogue
            self.today = today
        }
    }

    let start: NIODeadline
    let request: CGI.Request
    let eventLoop: any EventLoop
    let shared: Shared
    var record: AccessRecord
    /// The model's name in the path, for a body that names none.
    var modelInPath: String?
    /// The request's body, from its receipt to its use.
    private var body = ReceivedBody([])
    /// The right to respond, until the response's head is written.
    private var writer: ResponseWriter?
    /// The requests upstream, one for each choice of the response.
    private var calls: [UpstreamCall] = []
    /// The memory reservation for whole upstream responses.
    private(set) lazy var responseMemory = MemoryBudget.Reservation(of: shared.budget)
    /// How many permits of the concurrency limit it holds.
    private var permits = 0
    /// Its row of the scoreboard, while it is live.
    private(set) var slot: RequestSlot?

    init(_ request: CGI.Request, _ sink: any ByteSink, on eventLoop: any EventLoop, sharing shared: Shared) {
        self.request = request
        self.eventLoop = eventLoop
        start = eventLoop.now
        self.shared = shared
        record = AccessRecord(of: request)
        let id = record.requestID
        writer = ResponseWriter(
            sink,
            headers: shared.configuration.crossOrigin.headers(for: request) + [("x-gpt-proxy-request-id", id)],
            // Client libraries read this header. Upstream's response has its own, which takes precedence.
            defaults: [("x-request-id", id)])
    }

    /// The time since the request began.
    var elapsed: Duration { Duration(eventLoop.now - start) }

    // MARK: Concurrency limit

    /// Acquires a permit, after a short wait if necessary.
    ///
    /// - Throws: when there is none.
    func acquirePermit() async throws(HTTPError) {
        try await shared.limiter.acquire(for: caller, on: eventLoop)
        permits = 1
        slot = shared.scoreboard?.enter()
        describe()
    }

    /// Releases the permits.
    func releasePermits() {
        shared.limiter.release(permits, of: caller)
        permits = 0
        if let slot = slot.take() { shared.scoreboard?.leave(slot) }
    }

    /// Writes the request's current description to its row of the scoreboard.
    func describe() {
        slot?.describe(
            requestID: record.requestID, caller: record.caller?.label ?? "", route: record.routePattern,
            model: record.modelSent ?? "",
            method: record.method)
    }

    /// The ids of the caller's stored objects; nil if all callers share one key.
    var storedIDs: StoredIDs? {
        guard shared.configuration.access.distinguishesCallers else { return nil }
        return StoredIDs(key: shared.pool.bases[0].requests.storedIDsKey, caller: caller)
    }

    // MARK: Settings

    /// Who the caller is, for everything that is kept for it.
    var caller: Caller.Identity { record.caller?.identity ?? .sharedKey }

    /// The operator's settings, with the overrides of the web server's location and of the caller's key.
    func settings() throws(ConfigurationError) -> TranslationSettings {
        var settings = try shared.configuration.translation.overridden(by: request.parameters)
        settings.catalogue = shared.catalogue.value
        if let target = record.caller?.target { settings.target = target }
        return settings
    }

    /// A translator with these settings, for the models that are available today.
    func translator() throws(ConfigurationError) -> RequestTranslator {
        let settings = try settings()
        let availability = settings.availability(on: shared.today()).map {
            shared.caches.observations.added(to: $0, now: eventLoop.now)
        }
        return RequestTranslator(settings: settings, availability: availability)
    }

    // MARK: The request's body

    /// - Throws: when the body is incomplete, too large or too slow, or the process lacks the resources for it.
    func receiveBody() async throws(BodyError) {
        body = try await request.body.receive()
    }

    /// The body; empty after the first call. A conversation can be large, and is not needed while its stream lives.
    func takeBody() -> [UInt8] {
        defer { body.bytes = [] }
        guard let modelInPath else { return body.bytes }
        return body.bytes.naming(modelInPath)
    }

    /// The body, which must be JSON; empty after the first call.
    func takeDocument() throws -> Document {
        try Document(parsing: takeBody(), maximumCount: maximumJSONCount)
    }

    /// The body of a request that is translated, with upstream's ids of stored objects.
    func takeDocument(for translator: RequestTranslator) throws -> Document {
        let document = try takeDocument()
        let forwards = translator.settings.unsupportedParameters == .forward
        return try storedIDs?.unbound(document, isTranslated: !forwards) ?? document
    }

    /// The body's memory reservation, which releases the memory when it is released itself.
    func takeBodyMemory() -> MemoryBudget.Reservation? { body.memory.take() }

    // MARK: The response

    /// Whether the client still waits for the response's head.
    var isUnanswered: Bool { writer != nil }

    /// The right to respond; nil after the first call.
    func takeWriter() -> ResponseWriter? { writer.take() }

    /// Responds with a whole body, unless a response has begun.
    func respond(_ head: ResponseHead, body: [UInt8]) async {
        guard let writer = takeWriter() else { return }
        record.status = head.status
        record.firstByte = elapsed
        await writer.respond(head, body: body, withoutBody: request.method == "HEAD")
    }

    // MARK: Requests upstream

    /// The upstream request for the choice with that index.
    func call(_ index: Int) -> UpstreamCall {
        while calls.count <= index {
            let key = IdempotencyKey.of(request, from: caller) + (calls.isEmpty ? "" : ".\(calls.count)")
            calls.append(
                UpstreamCall(
                    shared.pool, shared.caches, caller: caller, on: eventLoop, idempotencyKey: key,
                    headers: record.headersForUpstream))
        }
        return calls[index]
    }

    /// Acquires a permit for each further upstream request of the client's request.
    func acquirePermits(further count: Int) throws(HTTPError) {
        guard count > 0 else { return }
        try shared.limiter.acquire(further: count, for: caller)
        permits += count
    }

    /// Whether the request is sent again, after its stream failed before any content.
    func repeats(after failure: HTTPError) -> Bool {
        calls.count == 1 && calls[0].repeats(after: failure)
    }

    /// Whether the proxy has already made the retries that the client could make.
    var isExhausted: Bool { calls.contains(where: \.isExhausted) }

    /// Records the number of upstream requests.
    func noteCalls() {
        guard !calls.isEmpty else { return }
        record.upstreamRequestCount = calls.reduce(0) { $0 + $1.sentCount }
        record.retries = calls.reduce(0) { $0 + $1.retryCount }
        if shared.pool.bases.count > 1 { record.upstreamBase = calls[0].origin?.description }
    }

    // MARK: What clients must not see

    /// Removes the operator's keys.
    var redaction: Redaction { shared.pool.redaction }

    /// An upstream error without the operator's keys.
    ///
    /// - Throws: when it is too large to be searched.
    func redacted(_ body: [UInt8]) throws(HTTPError) -> [UInt8] {
        guard body.count <= Redaction.sizeLimit else { throw .upstreamErrorTooLarge }
        return redaction.apply(body)
    }
}

/// The maximum number of values and names in a client's JSON: ten times what the longest conversations need.
let maximumJSONCount = 1_000_000
