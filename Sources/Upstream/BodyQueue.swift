internal import NIOCore

/// The queue between a connection, which pushes the pieces of one body, and the body's consumer, which may pause.
///
/// If the consumer keeps up, the queue stays empty: `receive` passes each piece directly to the consumer's closure. Otherwise
/// the queue holds at most the bytes of one read from the socket, because the connection reads only while `wantsRead`.
///
/// `@unchecked Sendable`: state is accessed only on `eventLoop`; other threads use `eventLoop.execute`.
final class BodyQueue: @unchecked Sendable {
    typealias Outcome = Result<Void, UpstreamError>

    private enum Flow {
        case flowing, paused
        /// `pausing` is running. The consumer may call `resume` within it, before it returns `.pause`.
        case deciding, resumedWhileDeciding
    }

    // Fields used for every piece come first, so that they share cache lines: with thousands of streams, a stream's state is no
    // longer in the processor's cache when its next piece arrives.

    /// The consumer's closures; nil before `forEach` and after everything has been consumed.
    private var consumer: (consume: (RawSpan) -> Void, pausing: () -> ResponseBody.Demand)?
    private var flow = Flow.flowing
    /// Whether a piece was delivered since the last call of `pausing`.
    private var hasDelivered = false
    private var isClaimed = false
    private var waiting = CircularBuffer<ByteBuffer>(initialCapacity: 1)
    private var outcome: Outcome?

    private let eventLoop: any EventLoop
    /// Nil once the body has ended, because the connection may then serve another request.
    private var connection: Connection?
    private var whenEnded: CheckedContinuation<Outcome, Never>?
    /// The task that waits for the first `count` bytes.
    private var peeking: (count: Int, whenThere: CheckedContinuation<Void, Never>)?

    init(connection: Connection, eventLoop: any EventLoop) {
        self.connection = connection
        self.eventLoop = eventLoop
    }

    /// Whether the connection should read: the consumer wants more, or a task is waiting in `peek`.
    var wantsRead: Bool { outcome == nil && (consumer != nil ? flow == .flowing : peeking != nil) }

    // MARK: The connection's side

    func receive(_ piece: ByteBuffer) {
        if consumer != nil, wantsRead, waiting.isEmpty {
            deliver(piece)
        } else if outcome == nil {
            waiting.append(piece)
        }
    }

    /// Called after all bytes of one read have been received. Asks the consumer whether to pause.
    func readComplete() {
        if let peeking, waitingByteCount >= peeking.count { endPeeking() }
        guard hasDelivered, outcome == nil, let consumer else { return }
        hasDelivered = false
        flow = .deciding
        let demand = consumer.pausing()
        flow = demand == .pause && flow == .deciding ? .paused : .flowing
    }

    /// Ends the body.
    ///
    /// - Parameters:
    ///   - outcome: the result for the consumer.
    ///   - discarding: whether to discard the waiting pieces.
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
        precondition(!isClaimed, "a body can be peeked at only before it is read")
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
        precondition(!isClaimed, "a body can be read only once")
        isClaimed = true
        consumer = (consume, pausing)
        deliverWaiting()
        // A short body that arrived together with its head is complete already.
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

    func cancel(_ code: UpstreamError.Code = .cancelled, _ reason: String = "the response was cancelled") {
        eventLoop.preconditionInEventLoop()
        if let connection {
            connection.fail(code, reason)
        } else if consumer != nil {
            // The body has ended for the connection, but the consumer has not received all of it.
            waiting.removeAll()
            outcome = .failure(UpstreamError(code, .receiveBody, reason, requestWasSent: true))
            endOrReadOn()
        }
    }

    /// Calls `cancel` on the event loop; for task cancellation and `deinit`, which can run on any thread.
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
        readComplete()
    }

    private func endOrReadOn() {
        if let outcome {
            guard waiting.isEmpty, let whenEnded else { return }
            consumer = nil
            self.whenEnded = nil
            whenEnded.resume(returning: outcome)
        } else if wantsRead {
            connection?.readMore()
        }
    }
}
