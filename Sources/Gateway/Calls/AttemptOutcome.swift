internal import JSON
internal import Upstream

/// How an attempt failed, reduced to what the next one depends on.
struct AttemptOutcome {
    /// What could make the next attempt succeed.
    enum Remedy {
        case none
        /// A new connection to the same base: upstream had closed the idle one.
        case newConnection
        /// Another base, which has another key.
        case otherBase
        /// The same request again, or another base.
        case retry
    }

    /// What the failure shows about the base, for its circuit breaker.
    enum Symptom {
        case none
        case failed
        /// No connection could be made.
        case unreachable
        /// Rate limited: the base asks for a pause.
        case exhausted
    }

    var remedy = Remedy.none
    var symptom = Symptom.none
    /// How long upstream asks clients to wait.
    var delay: Duration?
    /// Whether upstream reports that a retry is pointless (`x-should-retry: false`).
    var upstreamForbidsRetry = false

    /// A failure that a retry cannot fix and that shows nothing about the base.
    private init() {}

    init(_ error: any Error) {
        switch error {
        case let error as UpstreamError: self.init(error)
        case let refusal as UpstreamErrorResponse: self.init(refusal)
        case let failure as HTTPError: self.init(failure)
        default: self.init()
        }
    }

    /// After a connection that ended before the response's head, the request is sent again although upstream may have received
    /// it: the idempotency key prevents a second run. After a later end it is not: the response would be paid for twice.
    private init(_ error: UpstreamError) {
        switch (error.code, error.operation) {
        case _ where error.connectionWasStale:
            remedy = .newConnection
        case (.unreachable, _), (.connectTimeout, _):
            remedy = .retry
            symptom = .unreachable
        case (.cut, .receiveHead):
            remedy = .retry
            symptom = .failed
        case (.protocolViolation, _), (.firstByteTimeout, _):
            symptom = .failed
        default: break
        }
    }

    private init(_ refusal: UpstreamErrorResponse) {
        delay = refusal.advice.delay
        switch refusal.status {
        case 401, 403: remedy = .otherBase
        case 408, 409, 429, 500, 502, 503, 504: remedy = .retry
        default: break
        }
        // Waiting does not refill a prepaid quota.
        if refusal.status == 429, refusal.error?["error"]?["code"]?.isString("insufficient_quota") == true {
            remedy = .otherBase
        }
        switch refusal.advice.shouldRetry {
        case true: remedy = .retry
        case false:
            upstreamForbidsRetry = true
            if remedy == .retry { remedy = .none }
        default: break
        }
        switch refusal.status {
        case 500...: symptom = .failed
        case 429 where delay != nil: symptom = .exhausted
        default: break
        }
    }

    /// An error that a stream reported before any content.
    private init(_ failure: HTTPError) {
        guard failure.reason == "upstream_error", failure.code != "insufficient_quota" else { return }
        if failure.status == 429 || failure.status == 500 || failure.status == 503 { remedy = .retry }
    }
}
