internal import NIOCore

/// What has been read of one body and not been consumed, and who consumes it: where the connection, which pushes, meets
/// the consumer, who may pause.
///
/// For a consumer that keeps up nothing waits: a piece goes from `receive` straight into its closure. For one that does
/// not, no more waits than one read from the socket brought, since a connection reads only while `isHungry`.
///
/// `@unchecked Sendable`: state is touched on `eventLoop` only; every other thread goes through `eventLoop.execute`.
final class BodyQueue: @unchecked Sendable {
    typealias Outcome = Result<Void, UpstreamError>

    private enum Flow {
        case flowing, paused
        /// The consumer is about to decide: it may say `resume` before it says `.pause`.
        case deciding, resumedWhileDeciding
    }

    // First what every piece asks for, so that it lies together: thousands of streams have no place in a processor's cache.

    /// Nil before `forEach` and after everything is consumed.
    private var consumer: (consume: (RawSpan) -> Void, pausing: () -> ResponseBody.Demand)?
    private var flow = Flow.flowing
    /// Whether the consumer was given something and has not been asked for its demand since.
    private var hasDelivered = false
    private var isClaimed = false
    private var waiting = CircularBuffer<ByteBuffer>(initialCapacity: 1)
    private var outcome: Outcome?

    private let eventLoop: any EventLoop
    /// Nil once the body has ended: the connection may then serve somebody else.
    private var connection: Connection?
    private var whenEnded: CheckedContinuation<Outcome, Never>?
    /// Who waits for the beginning, and for how much of it.
    private var peeking: (count: Int, whenThere: CheckedContinuation<Void, Never>)?

    init(connection: Connection, eventLoop: any EventLoop) {
        self.connection = connection
        self.eventLoop = eventLoop
    }

    /// Whether it is upstream's turn: the consumer has taken everything and wants more, or somebody its beginning.
    var isHungry: Bool { outcome == nil && (consumer != nil ? flow == .flowing : peeking != nil) }

    // MARK: The connection's side

    func receive(_ piece: ByteBuffer) {
        if consumer != nil, isHungry, waiting.isEmpty {
            deliver(piece)
        } else if outcome == nil {
            waiting.append(piece)
        }
    }

    /// All that one read brought has been received. Asks the consumer for its demand.
    func endRead() {
        if let peeking, waitingByteCount >= peeking.count { endPeeking() }
        guard hasDelivered, outcome == nil, let consumer else { return }
        hasDelivered = false
        flow = .deciding
        let demand = consumer.pausing()
        flow = demand == .pause && flow == .deciding ? .paused : .flowing
    }

    /// - Parameter discarding: whether what waits is of no more use to anybody.
    func end(_ outcome: Outcome, discarding: Bool) {
        guard self.outcome == nil else { return }
        self.outcome = outcome
        connection = nil
        if discarding { waiting.removeAll() }
        endPeeking()
        endOrReadOn()
    }

    // MARK: The consumer's side

    func peek(_ count: Int) async -> [UInt8] {
        eventLoop.preconditionInEventLoop()
        precondition(!isClaimed, "only a body that is not being read can be looked at")
        if outcome == nil, waitingByteCount < count {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    peeking = (count, continuation)
                    connection?.readMore()
                }
            } onCancel: {
                hopToCancel()
            }
        }
        return Array(waiting.lazy.map(\.readableBytesView).joined().prefix(count))
    }

    private func endPeeking() {
        guard let peeking = peeking.take() else { return }
        peeking.whenThere.resume()
    }

    private var waitingByteCount: Int { waiting.reduce(0) { $0 + $1.readableBytes } }

    func forEach(
        _ consume: @escaping (RawSpan) -> Void, pausing: @escaping () -> ResponseBody.Demand
    ) async -> Outcome {
        eventLoop.preconditionInEventLoop()
        precondition(!isClaimed, "a body is read once")
        isClaimed = true
        consumer = (consume, pausing)
        deliverWaiting()
        // A short body came together with its head: there is nothing to wait for.
        if let outcome {
            consumer = nil
            return outcome
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                whenEnded = continuation
                endOrReadOn()
            }
        } onCancel: {
            hopToCancel()
        }
    }

    func liftTotalTimeout() {
        eventLoop.preconditionInEventLoop()
        connection?.deadline = .distantFuture
    }

    func resume() {
        eventLoop.preconditionInEventLoop()
        switch flow {
        case .flowing, .resumedWhileDeciding:
            break
        case .deciding:
            flow = .resumedWhileDeciding
        case .paused:
            flow = .flowing
            deliverWaiting()
            endOrReadOn()
        }
    }

    func cancel(_ code: UpstreamError.Code = .cancelled, _ reason: String = "the response was not wanted any more") {
        eventLoop.preconditionInEventLoop()
        if let connection {
            connection.fail(code, reason)
        } else if consumer != nil {
            // The body has ended for the connection, but not for its consumer.
            waiting.removeAll()
            outcome = .failure(UpstreamError(code, .receiveBody, reason, requestWasSent: true))
            endOrReadOn()
        }
    }

    /// `cancel` from wherever a task is cancelled or a body is let go of.
    func hopToCancel() {
        if eventLoop.inEventLoop {
            cancel()
        } else {
            eventLoop.execute { self.cancel() }
        }
    }

    // MARK: Delivery

    private func deliver(_ piece: ByteBuffer) {
        hasDelivered = true
        consumer?.consume(piece.readableBytesSpan)
    }

    private func deliverWaiting() {
        while flow == .flowing, consumer != nil, let piece = waiting.popFirst() {
            deliver(piece)
        }
        endRead()
    }

    private func endOrReadOn() {
        if let outcome {
            guard waiting.isEmpty, let whenEnded else { return }
            consumer = nil
            self.whenEnded = nil
            whenEnded.resume(returning: outcome)
        } else if isHungry {
            connection?.readMore()
        }
    }
}
