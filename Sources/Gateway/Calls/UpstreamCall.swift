internal import Access
internal import EventLoops
internal import NIOCore
internal import Translation
internal import Upstream

/// One request upstream with all its attempts: performs ``RetryPolicy``'s actions and corrects rejected requests.
///
/// `@unchecked Sendable`: used on the request's event loop only.
final class UpstreamCall: @unchecked Sendable {
    private let pool: UpstreamPool
    private let caches: Caches
    /// The caller, whose cached reasoning is used.
    private let caller: Caller.Identity
    private let eventLoop: any EventLoop
    private let deadline: NIODeadline
    private let headers: [(name: String, value: String)]
    private var idempotencyKey: String
    private var policy: RetryPolicy
    /// The action after a failure of the last attempt's stream.
    private var next: RetryPolicy.Action?
    /// The number of requests sent.
    private(set) var sentCount = 0
    /// The number of those that repeated a request unchanged.
    private(set) var retryCount = 0
    /// The address of the last request.
    private(set) var origin: Origin?

    /// - Parameters:
    ///   - caller: the caller whose cached reasoning is used.
    ///   - headers: headers about the client's request, which each request gets.
    init(
        _ pool: UpstreamPool, _ caches: Caches, caller: Caller.Identity, on eventLoop: any EventLoop,
        idempotencyKey: String,
        headers: [(name: String, value: String)]
    ) {
        self.pool = pool
        self.caches = caches
        self.caller = caller
        self.eventLoop = eventLoop
        self.idempotencyKey = idempotencyKey
        self.headers = headers
        deadline = eventLoop.now + pool.timeout
        policy = RetryPolicy(baseCount: pool.bases.count, maximumRetries: pool.maximumRetries, deadline: deadline)
        pool.budget.deposit()
    }

    /// Whether all useful attempts have been made: a retry by the client is pointless.
    var isExhausted: Bool { policy.isExhausted }

    /// Sends a request, with retries where they can help.
    ///
    /// - Parameter makeRequest: makes the request for a base.
    /// - Returns: a response with a success status.
    /// - Throws: ``UpstreamErrorResponse`` when upstream responds with an error, `UpstreamError` when there is no response.
    func send(
        _ makeRequest: (UpstreamRequests, _ idempotencyKey: String) -> Upstream.Request
    ) async throws -> Response {
        var action = next.take() ?? policy.start(conditions)
        while true {
            switch action {
            case .pause(let duration):
                await eventLoop.sleep(for: TimeAmount(duration))
                action = policy.pauseEnded(conditions)
            case .send(let attempt):
                do {
                    return try await send(makeRequest, attempt)
                } catch {
                    guard let next = attemptFailed(AttemptOutcome(error)) else { throw error }
                    action = next
                }
            }
        }
    }

    /// Sends a translated request. If upstream rejects it, sends a corrected one: without a parameter that upstream does
    /// not know, without reasoning that upstream cannot decrypt, or with a replacement for a model that upstream does not
    /// have. Later requests omit from the start what upstream has rejected.
    ///
    /// - Throws: ``UpstreamErrorResponse`` when upstream responds with an error, `UpstreamError` when there is no response.
    func send(_ request: TranslatedRequest) async throws -> UpstreamResponse {
        var request = withoutRefused(request)
        var replacement = Replacement()
        while true {
            do {
                var sent = request
                let response = try await send { base, idempotencyKey in
                    sent = base.renamed(request)
                    return base.post(sent, idempotencyKey: idempotencyKey)
                }
                return UpstreamResponse(request: sent, response: response, redaction: pool.redaction)
            } catch let refusal as UpstreamErrorResponse {
                request = try corrected(request, after: refusal, &replacement)
            }
        }
    }

    /// The request to send after a rejected one.
    ///
    /// - Throws: the error, if there is no other request to send.
    @inline(never)  // See Architecture, "Memory per stream".
    private func corrected(
        _ request: TranslatedRequest, after refusal: UpstreamErrorResponse, _ replacement: inout Replacement
    ) throws -> TranslatedRequest {
        var refusal = refusal
        // A new key: the request will differ from the rejected one.
        defer { idempotencyKey += "-" }
        if let replaced = try replacement.next(
            after: refusal, to: request, askedFirstBase: policy.base == 0, caches, now: eventLoop.now)
        {
            next = policy.requestChanged(.otherModel, conditions)
            return withoutRefused(replaced)
        }
        if let corrected = correct(request, after: refusal), let action = policy.requestChanged(.corrected, conditions)
        {
            next = action
            return corrected
        }
        if refusal.saysModelIsMissing { replacement.revert(&refusal, caches, now: eventLoop.now) }
        refusal.headers += request.headers
        refusal.notices = request.notices
        throw refusal
    }

    /// Decides about a retry after the stream of the last attempt failed before any content.
    ///
    /// - Parameter failure: the stream's error.
    /// - Returns: whether the next ``send(_:)`` repeats the request.
    func repeats(after failure: HTTPError) -> Bool {
        next = attemptFailed(AttemptOutcome(failure), ofStream: true)
        return next != nil
    }

    private func send(
        _ makeRequest: (UpstreamRequests, _ idempotencyKey: String) -> Upstream.Request, _ attempt: RetryPolicy.Attempt
    ) async throws -> Response {
        let requests = pool.bases[attempt.base].requests
        origin = requests.origin
        // The client does not send a cancelled task's request.
        if !Task.isCancelled, !attempt.needsNewConnection {
            sentCount += 1
            if attempt.isRetry { retryCount += 1 }
        }
        var request = makeRequest(requests, idempotencyKey)
        request.headers += headers
        let response = try await pool.client.send(
            request, on: eventLoop, until: deadline, usesIdleConnection: !attempt.needsNewConnection)
        guard response.isSuccess else { throw try await response.refusal(pool.redaction) }
        pool.note(successOf: attempt.base)
        return response
    }

    private func attemptFailed(_ outcome: AttemptOutcome, ofStream: Bool = false) -> RetryPolicy.Action? {
        let now = eventLoop.now
        if !ofStream { pool.note(outcome, of: policy.base, now: now) }
        return policy.attemptFailed(outcome, now: now, UpstreamPool.Conditions(pool: pool, now: now))
    }

    private var conditions: UpstreamPool.Conditions { UpstreamPool.Conditions(pool: pool, now: eventLoop.now) }

    /// The request without the parameters that upstream has rejected in earlier requests of the caller.
    private func withoutRefused(_ request: TranslatedRequest) -> TranslatedRequest {
        request.without(caches.refusedParameters.of(request.context.modelSent, for: caller, now: eventLoop.now))
    }

    /// The request without what upstream rejected, which is remembered; nil when nothing can be removed.
    private func correct(_ request: TranslatedRequest, after refusal: UpstreamErrorResponse) -> TranslatedRequest? {
        guard refusal.status == 400, let error = refusal.error else { return nil }
        if request.hasReasoning(refusedBy: error) {
            caches.reasoning?.forget(callIDs: request.recalledCallIDs, for: caller)
            return request.withoutReasoning
        }
        guard let (corrected, learned) = request.corrected(by: error) else { return nil }
        caches.refusedParameters.add(learned, of: request.context.modelSent, for: caller, now: eventLoop.now)
        return corrected
    }
}
