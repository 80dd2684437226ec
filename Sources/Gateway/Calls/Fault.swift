internal import JSON
internal import Upstream

/// What went wrong with one try, as far as the next one is concerned.
struct Fault {
    /// What could help.
    enum Remedy {
        case none
        /// Another base, where another key is good.
        case otherBase
        /// The same once more, or another base.
        case retry
    }

    /// What it tells about the base.
    enum Symptom {
        case none
        case failed
        /// Nobody is there.
        case unreachable
        /// It asks for a rest.
        case exhausted
    }

    var remedy = Remedy.none
    var symptom = Symptom.none
    /// How long upstream wants to be left alone.
    var delay: Duration?
    /// Whether upstream itself says that nobody need try again.
    var isFinal = false

    /// Nothing that could be helped, or be held against the base.
    private init() {}

    init(_ error: any Error) {
        switch error {
        case let error as UpstreamError: self.init(error)
        case let refusal as Refusal: self.init(refusal)
        case let failure as Failure: self.init(failure)
        default: self.init()
        }
    }

    /// A connection that ended before upstream had said anything is tried again although the request may have arrived:
    /// that is what its key is for. One that ended later is not: the work had been done, and would be paid for twice.
    private init(_ error: UpstreamError) {
        switch (error.code, error.operation) {
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

    private init(_ refusal: Refusal) {
        delay = refusal.advice.delay
        switch refusal.status {
        case 401, 403: remedy = .otherBase
        case 408, 409, 429, 500, 502, 503, 504: remedy = .retry
        default: break
        }
        // Waiting brings no money.
        if refusal.status == 429, refusal.error?["error"]?["code"]?.isString("insufficient_quota") == true {
            remedy = .otherBase
        }
        switch refusal.advice.shouldRetry {
        case true: remedy = .retry
        case false:
            isFinal = true
            if remedy == .retry { remedy = .none }
        default: break
        }
        switch refusal.status {
        case 500...: symptom = .failed
        case 429 where delay != nil: symptom = .exhausted
        default: break
        }
    }

    /// What a stream said before anything else.
    private init(_ failure: Failure) {
        guard failure.reason == "upstream_error", failure.code != "insufficient_quota" else { return }
        if failure.status == 429 || failure.status == 500 || failure.status == 503 { remedy = .retry }
    }
}
