internal import CGI
internal import NIOCore
internal import Translation
internal import Upstream

/// Moves one stream from upstream to the client, through a transform, at the client's pace. Used on one event loop only.
///
/// The head waits until there is something to see, so that an error before it gets a status of its own, but not for ever:
/// web servers and clients give up on those who say nothing.
final class StreamForwarder<Transform: StreamTransform> {
    /// How long to wait, for what.
    struct Pace {
        /// The time between two signs of life in a stream that is silent.
        let heartbeat: TimeAmount
        /// How long the head waits for the first event that means something.
        let headDelay: TimeAmount
        /// How long upstream may take to end its body after the stream's last event, before its connection is given up.
        static var lingering: TimeAmount { .seconds(1) }
    }

    private let body: ResponseBody
    private let head: ResponseHead
    private let eventLoop: any EventLoop
    private let pace: Pace
    private let heartbeat: Heartbeat

    private var transform: Transform
    var usage: Usage? { transform.usage }
    /// The right to answer, until the head is written.
    private var responseWriter: ResponseWriter?
    private var writer: BodyWriter?
    /// What is to be sent and has not been handed to the writer.
    private var output: [UInt8] = []
    private var refusal: Failure?
    private var headTimer: Scheduled<Void>?
    private var giveUp: Scheduled<Void>?

    init(
        _ body: ResponseBody, through transform: Transform, head: ResponseHead, to writer: consuming ResponseWriter,
        on eventLoop: any EventLoop, pace: Pace
    ) {
        self.body = body
        self.transform = transform
        self.head = head
        self.responseWriter = consume writer
        self.eventLoop = eventLoop
        self.pace = pace
        heartbeat = Heartbeat(every: pace.heartbeat, on: eventLoop)
    }
}

extension StreamForwarder {
    /// Forwards until the stream ends, one way or another.
    ///
    /// - Returns: what went wrong; nil if nothing did. If nothing has been written by then, the client is still to be
    ///   answered, by ``takeResponseWriter()``.
    func run() async -> Failure? {
        body.liftTotalTimeout()
        if transform.hasBegun {
            begin()
            writer?.flush()
        }
        startTimers()
        defer { stopTimers() }
        var failure: Failure?
        do throws(UpstreamError) {
            try await body.forEach { [self] piece in consume(piece) }
            transform.bodyHasEnded()
        } catch {
            failure = refusal ?? Failure(error)
        }
        switch transform.ending {
        case .success: failure = nil
        case .failure(let reported): failure = reported
        case nil: break
        }
        await finish(failure)
        return failure
    }

    /// The right to answer, if it has not been used.
    func takeResponseWriter() -> ResponseWriter? {
        responseWriter.take()
    }

    private func startTimers() {
        headTimer = eventLoop.assumeIsolated().scheduleTask(in: pace.headDelay) { [self] in beginWithBeat() }
    }

    private func stopTimers() {
        headTimer?.cancel()
        headTimer = nil
        heartbeat.stop()
        giveUp?.cancel()
        giveUp = nil
    }

    private func consume(_ piece: RawSpan) -> ResponseBody.Demand {
        do {
            try transform.consume(piece, into: &output)
        } catch {
            refusal = Failure(
                status: 502, reason: "upstream_oversized", message: "Upstream sent an event that is too large.")
            body.cancel()
            return .pause
        }
        switch transform.ending {
        case .failure:
            body.cancel()
            return .pause
        case .success where giveUp == nil:
            giveUp = eventLoop.assumeIsolated().scheduleTask(in: Pace.lingering) { [body] in body.cancel() }
        default:
            break
        }
        if transform.hasBegun { begin() }
        guard let writer else { return .more }
        send(to: writer)
        guard writer.pendingByteCount > 0 else { return .more }
        writer.whenDrained { [body] in body.resume() }
        return .pause
    }

    private func send(to writer: BodyWriter) {
        guard !output.isEmpty else { return }
        writer.write(output.span.bytes)
        output.removeAll(keepingCapacity: true)
        writer.flush()
        heartbeat.postpone()
    }

    /// Writes the head, once.
    private func begin() {
        guard let responseWriter = responseWriter.take() else { return }
        writer = responseWriter.writeHead(head)
        heartbeat.start { [self] in beat() }
    }

    private func beginWithBeat() {
        guard writer == nil else { return }
        begin()
        beat()
    }

    private func beat() {
        guard let writer, writer.pendingByteCount == 0, transform.ending == nil else { return }
        transform.writeBeat(into: &output)
        send(to: writer)
    }

    private func finish(_ failure: Failure?) async {
        // A good stream may be so short that it ends before there was anything to see.
        if failure == nil { begin() }
        guard let writer else { return }
        if let failure, failure.status != Failure.clientLeftStatus {
            transform.writeFailure(failure, into: &output)
        }
        send(to: writer)
        writer.flush()
        await writer.drained()
    }
}
