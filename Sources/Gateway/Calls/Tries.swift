internal import NIOCore
internal import Upstream

/// Sends one request upstream, again where that may help: to the next base, or after a while.
///
/// Nothing of a reply must have gone to the client before. All tries together have the time that one has, and carry the
/// same `Idempotency-Key`, by which upstream can tell them from new requests.
///
/// `@unchecked Sendable`: used on the exchange's event loop only.
final class Tries: @unchecked Sendable {
    private let upstreams: Upstreams
    private let eventLoop: any EventLoop
    private let deadline: NIODeadline
    private var idempotencyKey: String
    private let headers: [(name: String, value: String)]
    private var asked = BaseSet()
    /// The time before the next try, once it is clear that there is one.
    private var pause: Duration?
    /// How many requests were sent.
    private(set) var sent = 0
    /// How many of them were sent again.
    private(set) var retries = 0
    /// Where the last one was sent.
    private(set) var origin: Origin?
    /// Whether that was the first of several bases.
    private(set) var askedFirstBase = true
    /// Whether all has been tried that could help: the client need not do the same once more.
    private(set) var areUsedUp = false

    /// - Parameter headers: what each of the requests says of the client's.
    init(
        _ upstreams: Upstreams, on eventLoop: any EventLoop, idempotencyKey: String,
        headers: [(name: String, value: String)]
    ) {
        self.upstreams = upstreams
        self.eventLoop = eventLoop
        self.idempotencyKey = idempotencyKey
        self.headers = headers
        deadline = .now() + upstreams.timeout
        upstreams.budget.deposit()
    }

    /// - Parameter makeRequest: makes the request for a base.
    /// - Returns: a success.
    /// - Throws: ``Refusal`` when upstream answers with an error, `UpstreamError` when it does not answer.
    func send(
        _ makeRequest: (UpstreamRequests, _ idempotencyKey: String) -> Upstream.Request
    ) async throws -> Response {
        while true {
            await waitIfDue()
            let number = upstreams.choose(besides: asked)
            asked.insert(number)
            let requests = upstreams.bases[number].requests
            origin = requests.origin
            askedFirstBase = number == 0
            if !Task.isCancelled { sent += 1 }
            do {
                var request = makeRequest(requests, idempotencyKey)
                request.headers += headers
                let response = try await upstreams.client.send(request, on: eventLoop, until: deadline)
                guard response.isSuccess else { throw try await response.refusal() }
                upstreams.note(successOf: number)
                return response
            } catch {
                let fault = Fault(error)
                upstreams.note(fault, of: number)
                guard decide(after: fault) else { throw error }
            }
        }
    }

    /// Whether the next ``send(_:)`` is a retry, after a failure that ``send(_:)`` could not see.
    func decide(after fault: Fault) -> Bool {
        guard fault.remedy != .none else {
            areUsedUp = fault.isFinal
            return false
        }
        let isElsewhere = asked.count < upstreams.bases.count
        guard isElsewhere || fault.remedy == .retry else { return false }
        let delay = isElsewhere ? .zero : Backoff.delay(retry: retries, asked: fault.delay)
        guard let delay, .now() + TimeAmount(delay) < deadline else {
            areUsedUp = retries > 0
            return false
        }
        // The budget is for the sake of a sick upstream, which is not the one that is asked next.
        if !isElsewhere {
            guard retries < upstreams.maximumRetries, upstreams.budget.withdraw() else {
                areUsedUp = upstreams.maximumRetries > 0 || retries > 0
                return false
            }
            asked.removeAll()
        }
        pause = delay
        return true
    }

    /// What is sent from now on is another request, which must not pass for the one that was refused.
    func startOver() {
        idempotencyKey += "-"
        asked.removeAll()
    }

    /// Ends early when the client leaves or the process has to stop; then nothing more is sent.
    private func waitIfDue() async {
        guard let pause = pause.take() else { return }
        if pause > .zero { try? await Task.sleep(for: pause) }
        if !Task.isCancelled { retries += 1 }
    }
}
