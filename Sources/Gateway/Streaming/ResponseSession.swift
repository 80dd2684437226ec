internal import CGI
internal import NIOCore
internal import Scoreboard
internal import Translation
internal import Upstream

/// Sends the upstream requests and the client's response: whole, or as streams that pass through a transform at the
/// client's pace.
///
/// The head of a stream waits for content, so that an earlier error gets its own status, but no longer than the head delay,
/// because web servers and clients give up on a silent server. ``StreamState`` decides; this class performs the I/O.
///
/// `@unchecked Sendable`: used on one event loop only, where all tasks of the request run.
final class ResponseSession<Transform: StreamTransform>: @unchecked Sendable {
    // Hot fields first, so that they share cache lines: with thousands of streams, a stream's state is cold when its next event
    // arrives.

    private var choices: [ChoiceStream<Transform>] = []
    private var writer: BodyWriter?
    private let slot: RequestSlot?
    private lazy var heartbeat = Heartbeat(
        every: TimeAmount(context.shared.configuration.heartbeat), on: context.eventLoop)
    private var state = StreamState()
    /// Whether the stream holds a memory reservation.
    private var hasReservation = false
    /// The bytes that follow the head, until the head is written.
    private var early: [UInt8] = []

    private let context: RequestContext
    /// Upstream's head, translated; nil until upstream has responded.
    private var head: ResponseHead?
    /// The transforms, until upstream's streams are open.
    private var transforms: [Transform]
    /// The upstream requests; nil once the stream has begun.
    private var pending: (any PendingResponse)?
    /// Upstream's response, until it is used.
    private var answer: UpstreamAnswer?
    private let headDelay: TimeAmount
    /// Whether the head delay starts before upstream responds.
    private let announcesEarly: Bool
    private lazy var memory = MemoryBudget.Reservation(of: context.shared.budget)
    private var headTimer: Scheduled<Void>?
    private var hasBegun = false

    private init(
        _ context: RequestContext, transforms: [Transform], pending: (any PendingResponse)?, answer: UpstreamAnswer?,
        announcesEarly: Bool
    ) {
        self.context = context
        self.transforms = transforms
        self.pending = pending
        self.answer = answer
        self.announcesEarly = announcesEarly
        headDelay = TimeAmount(context.shared.configuration.streamHeadDelay)
        slot = context.slot
    }

    /// A session for translated requests.
    ///
    /// - Parameter requests: at least one; all whole or all streamed.
    convenience init<Form: ResponseForm>(
        _ requests: [TranslatedRequest], as form: Form, _ context: RequestContext
    ) where Form.Transform == Transform {
        let streams = requests[0].context.streams
        self.init(
            context,
            transforms: streams || form.followsUpstream ? form.transforms(for: requests, context) : [],
            pending: TranslatedResponse(requests: requests, form: form, memory: context.takeBodyMemory()), answer: nil,
            announcesEarly: streams && !form.followsUpstream)
    }

    /// A session for an upstream response that has already begun.
    convenience init(
        _ head: ResponseHead, _ body: ResponseBody, through transform: Transform, _ context: RequestContext
    ) {
        self.init(
            context, transforms: [transform], pending: nil, answer: .streams(head, [StreamedBody(body: body)]),
            announcesEarly: false)
    }

    /// Returns when the response has ended or the client has gone. An error after the head is written into the stream.
    ///
    /// - Throws: an error before the head, to which the caller must still respond.
    func run() async throws(HTTPError) {
        if announcesEarly { startHeadTimer() }
        repeat {
            await open()
            await readChoices()
        } while state.streamsEnded() == .askAgain
        let failure = writeEnding()
        // After the ending, which starts the heartbeat if it writes the head.
        stopTimers()
        await writer?.finish()
        if let failure { throw failure }
    }

    // MARK: Upstream

    @inline(never)  // See Architecture, "Memory per stream".
    private func open() async {
        do {
            switch try await nextAnswer() {
            case .streams(let head, let bodies): begin(head, bodies)
            case .whole(let head, let body):
                state.wholeBodyArrived()
                await context.respond(head, body: body)
            }
        } catch {
            fail(error)
        }
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private func fail(_ error: any Error) {
        fail(HTTPError(error))
    }

    private func nextAnswer() async throws -> UpstreamAnswer {
        if let answer = answer.take() { return answer }
        return announcesEarly ? try await askInChildTask() : try await ask()
    }

    /// A task keeps all memory that its frames ever used, and this one lives as long as the stream.
    @inline(never)  // See Architecture, "Memory per stream".
    private func askInChildTask() async throws -> UpstreamAnswer {
        async let answer = ask()
        return try await answer
    }

    private func ask() async throws -> UpstreamAnswer {
        guard let pending else { preconditionFailure("requests are sent upstream only until the stream has begun") }
        return try await pending.answer(context)
    }

    /// Upstream's streams have opened.
    @inline(never)  // See Architecture, "Memory per stream".
    private func begin(_ head: ResponseHead, _ bodies: [StreamedBody]) {
        self.head = head
        var transforms = transforms
        for (index, body) in zip(transforms.indices, bodies) {
            if let context = body.context { transforms[index].adopt(context, isWhole: body.isWhole) }
        }
        choices = zip(bodies, transforms).map { ChoiceStream($0.body, through: $1) }
        if !state.streamsOpened() { release() }
        guard choices.contains(where: \.transform.hasBegun) else { return startHeadTimer() }
        contentArrived()
        // At the end of the event loop's iteration, together with the body bytes that arrived with upstream's head.
        context.eventLoop.execute { self.writer?.flush() }
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private func readChoices() async {
        if choices.count == 1 {
            await read(choices[0])
        } else if choices.count > 1 {
            await readAllChoices()
        }
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private func readAllChoices() async {
        await withTaskGroup { group in
            for choice in choices { group.addTask { await self.read(choice) } }
        }
    }

    private func read(_ choice: ChoiceStream<Transform>) async {
        let cut = await choice.read {
            self.consume($0, from: choice)
        } pausing: {
            self.sendConsumed()
        }
        end(choice, cut)
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private func end(_ choice: ChoiceStream<Transform>, _ cut: HTTPError?) {
        guard !state.isRestarting else { return forgetChoices() }
        var failure: HTTPError?
        append { failure = choice.end(cut, into: &$0) }
        if let failure { fail(failure) }
        // With several streams, the others continue. A single stream's last piece is sent together with the end.
        if choices.count > 1 { _ = sendConsumed() }
    }

    private func consume(_ piece: RawSpan, from choice: ChoiceStream<Transform>) {
        append { choice.consume(piece, into: &$0, on: context.eventLoop) }
        guard !hasBegun, let failure = choice.transform.earlyFailure else { return }
        if state.earlyErrorArrived(canRepeat: { pending != nil && context.repeats(after: failure) }) {
            choice.body.cancel()
        }
    }

    /// Sends the output for the events that arrived together.
    private func sendConsumed() -> ResponseBody.Demand {
        if !hasBegun, choices.contains(where: \.transform.hasBegun) { contentArrived() }
        slot?.note(outputTokens: outputTokens)
        if let writer { send(to: writer) }
        if !hasMemory { fail(.overloaded("no_memory")) }
        guard let writer, writer.pendingByteCount > 0 else { return .more }
        writer.whenDrained { [choices] in for choice in choices { choice.body.resume() } }
        return .pause
    }

    /// Whether the memory budget covers the stream's held bytes: incomplete events, and output that the client has not
    /// received. Ordinary events are too small to be counted.
    private var hasMemory: Bool {
        let held = choices.reduce(early.count + (writer?.pendingByteCount ?? 0)) { $0 + $1.transform.heldByteCount }
        let counts = held > Self.countedSize
        guard counts || hasReservation else { return true }
        hasReservation = counts
        return memory.resize(to: counts ? held : 0)
    }

    /// Held bytes above this size are counted, in bytes.
    private static var countedSize: Int { 64 << 10 }

    /// Discards the failed stream before the retry.
    private func forgetChoices() {
        choices = []
        early.removeAll()
    }

    /// An error of one stream ends the whole response, including the other streams.
    private func fail(_ failure: HTTPError) {
        guard state.failed(failure) else { return }
        for choice in choices { choice.body.cancel() }
    }

    // MARK: Client

    /// Appends to the output.
    private func append(_ body: (inout [UInt8]) -> Void) {
        if let writer { writer.append(body) } else { body(&early) }
    }

    private func send(to writer: BodyWriter) {
        guard writer.pendingByteCount > 0 else { return }
        writer.flush()
        heartbeat.postpone()
    }

    private func contentArrived() {
        if state.contentArrived() { writeHead() }
    }

    private func writeHead() {
        guard let head = head ?? pending?.earlyHead, let responseWriter = context.takeWriter() else { return }
        hasBegun = true
        context.record.firstByte = context.elapsed
        context.record.status = head.status
        slot?.begin()
        let writer = responseWriter.writeHead(head)
        writer.write(early)
        early = []
        self.writer = writer
        if !choices.isEmpty { release() }
        heartbeat.start { [self] in beat() }
    }

    /// Releases what a retry would need: no retry is possible any more, and the stream lives for minutes.
    private func release() {
        transforms = []
        pending = nil
    }

    /// A heartbeat follows the head, which web servers may hold back until the first byte of the body.
    private func headDelayPassed() {
        guard state.headDelayPassed() else { return }
        writeHead()
        writeBeat()
    }

    /// No heartbeat while the client has not received earlier output.
    private func beat() {
        guard writer?.pendingByteCount == 0 else { return }
        writeBeat()
    }

    private func writeBeat() {
        guard let writer else { return }
        if choices.isEmpty {
            writer.append { transforms[0].writeBeat(into: &$0) }
        } else if let choice = choices.first(where: { $0.transform.ending == nil }) {
            writer.append { choice.transform.writeBeat(into: &$0) }
        }
        send(to: writer)
    }

    /// - Returns: the error to which the caller must still respond.
    @inline(never)  // See Architecture, "Memory per stream".
    private func writeEnding() -> HTTPError? {
        noteResult()
        switch state.finish(hasContent: choices.contains(where: \.transform.hasBegun)) {
        case .none: break
        case .errorResponse(let failure): return failure
        case .complete(let sendsHead):
            if sendsHead { writeHead() }
            append { Transform.writeEnd(of: choices.map(\.transform), into: &$0) }
        case .error(let failure, let sendsHead):
            if sendsHead { writeHead() }
            write(failure)
        }
        return nil
    }

    private func write(_ failure: HTTPError) {
        guard let writer else { return }
        let failure = failure.unlessStopping(clientIsGone: writer.clientIsGone)
        context.record.note(failure)
        guard failure.status != HTTPError.clientLeftStatus, !choices.contains(where: \.transform.hasToldFailure),
            let transform = choices.first?.transform ?? transforms.first
        else {
            return
        }
        writer.append { transform.writeFailure(failure.redacted(context.redaction), into: &$0) }
    }

    // MARK: Results

    /// The number of output tokens so far, of all choices.
    private var outputTokens: Int {
        choices.count == 1 ? choices[0].transform.outputTokens : choices.reduce(0) { $0 + $1.transform.outputTokens }
    }

    private func noteResult() {
        guard !choices.isEmpty else { return }
        context.record.outputTokensSeen = outputTokens
        if let usage = Usage.sum(of: choices.compactMap(\.transform.usage)) { context.record.usage = usage }
    }

    private func startHeadTimer() {
        guard headTimer == nil else { return }
        headTimer = context.eventLoop.assumeIsolated().scheduleTask(in: headDelay) { [self] in headDelayPassed() }
    }

    private func stopTimers() {
        headTimer?.cancel()
        headTimer = nil
        if hasBegun { heartbeat.stop() }
    }
}
