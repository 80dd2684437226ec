internal import CGI
internal import NIOCore
internal import Scoreboard
internal import Translation
internal import Upstream

/// Moves upstream's stream to the client, through a transform, at the client's pace; or several of upstream's, which the
/// client gets as one.
///
/// The head waits until there is something to see, so that an error before it gets a status of its own, but not for ever:
/// web servers and clients give up on those who say nothing.
///
/// `@unchecked Sendable`: used on one event loop only, where all tasks of the exchange run.
final class StreamForwarder<Transform: StreamTransform>: @unchecked Sendable {
    /// How long to wait, for what.
    struct Pace {
        /// The time between two signs of life in a stream that is silent.
        let heartbeat: TimeAmount
        /// How long the head waits for the first event that means something.
        let headDelay: TimeAmount
    }

    // First what every event asks for, so that it lies together: thousands of streams have no place in a processor's cache.

    private var strands: [Strand<Transform>] = []
    private var writer: BodyWriter?
    private let place: Place?
    private let heartbeat: Heartbeat
    /// Whether what upstream has said is forgotten, and upstream asked again.
    private var startsOver = false
    /// Whether the stream has some of the process's memory.
    private var hasShare = false
    /// When the head was written.
    private(set) var begunAt: ContinuousClock.Instant?
    /// What is to be sent after the head, until that is written.
    private var early: [UInt8] = []
    /// Why the stream ends early, once that is clear.
    private var failure: Failure?

    private let opening: Opening<Transform>
    private var head: ResponseHead
    /// The transforms, until upstream has answered and they have something to do.
    private var waiting: [Transform]
    private let eventLoop: any EventLoop
    private let pace: Pace
    private let redaction: Redaction
    /// What the stream has of the process's memory.
    private let memory: MemoryBudget.Share
    /// The right to answer, until the head is written.
    private var responseWriter: ResponseWriter?
    private var headTimer: Scheduled<Void>?

    /// - Parameters:
    ///   - writer: the right to answer, which is used up with the head.
    ///   - place: where others can see how far the stream is.
    init(
        _ opening: Opening<Transform>, to writer: consuming ResponseWriter, on eventLoop: any EventLoop, pace: Pace,
        redaction: Redaction, memory: MemoryBudget.Share, place: Place?
    ) {
        self.opening = opening
        head = opening.head
        waiting = opening.transforms
        self.responseWriter = consume writer
        self.eventLoop = eventLoop
        self.pace = pace
        self.redaction = redaction
        self.place = place
        self.memory = memory
        heartbeat = Heartbeat(every: pace.heartbeat, on: eventLoop)
    }

    /// What the replies cost together, as far as upstream has said it.
    var usage: Usage? {
        Usage.sum(of: strands.compactMap(\.transform.usage))
    }

    /// How many tokens the replies have together so far.
    var outputTokens: Int {
        strands.count == 1 ? strands[0].transform.outputTokens : strands.reduce(0) { $0 + $1.transform.outputTokens }
    }

    /// Forwards until the stream ends, one way or another.
    ///
    /// - Returns: what went wrong; nil if nothing did. If nothing has been written by then, the client is still to be
    ///   answered, by ``takeResponseWriter()``.
    func run() async -> Failure? {
        startTimers()
        defer { stopTimers() }
        do {
            repeat {
                startsOver = false
                switch try await ask() {
                case .streams(let head, let bodies, let contexts):
                    self.head = head
                    makeStrands(of: bodies, contexts)
                    await runStrands()
                case .whole(let head, let body):
                    if let writer = responseWriter.take() {
                        await writer.respond(head, body: body)
                        return nil
                    }
                    failure = Failure(
                        status: 502, reason: "upstream_whole",
                        message: "Upstream answered whole, after the stream that was asked for had begun.")
                }
            } while startsOver
        } catch {
            failure = Failure(error)
        }
        await finish()
        return failure
    }

    /// Asks in a task of its own: a task keeps all the memory that it ever took, and this one lives as long as the stream.
    @inline(never)
    private func ask() async throws -> OpeningAnswer {
        async let answer = openingAnswer()
        return try await answer
    }

    private func openingAnswer() async throws -> OpeningAnswer {
        try await opening.answer()
    }

    /// By itself for the same reason as the end.
    @inline(never)
    private func makeStrands(of bodies: [ResponseBody], _ contexts: [ReplyContext]) {
        for (index, context) in zip(waiting.indices, contexts) { waiting[index].adopt(context) }
        strands = zip(bodies, waiting).map { Strand($0, through: $1) }
        if begunAt != nil { settle() }
    }

    private func runStrands() async {
        if strands.contains(where: \.transform.hasBegun) {
            begin()
            // At the end of the event loop's turn, with what of the body came together with upstream's head.
            eventLoop.execute { self.writer?.flush() }
        }
        if strands.count == 1 {
            await run(strands[0])
        } else {
            await withTaskGroup { group in
                for strand in strands { group.addTask { await self.run(strand) } }
            }
        }
    }

    /// The right to answer, if it has not been used.
    func takeResponseWriter() -> ResponseWriter? {
        responseWriter.take()
    }

    // MARK: One strand

    private func run(_ strand: Strand<Transform>) async {
        let cut = await strand.read {
            self.consume($0, from: strand)
        } pausing: {
            self.sendConsumed(from: strand)
        }
        guard !startsOver else { return forgetStrands() }
        var failure: Failure?
        append { failure = strand.end(cut, into: &$0) }
        if let failure { fail(failure) }
        // Of several streams the others go on; the only one's last piece leaves with the end.
        if strands.count > 1 { _ = sendConsumed(from: strand) }
    }

    private func consume(_ piece: RawSpan, from strand: Strand<Transform>) {
        append { strand.consume(piece, into: &$0, on: eventLoop) }
        if begunAt == nil, let failure = strand.transform.earlyFailure, opening.asksAgain(failure) {
            startsOver = true
            strand.body.cancel()
        }
    }

    /// Sends what became of the events that arrived together.
    private func sendConsumed(from strand: Strand<Transform>) -> ResponseBody.Demand {
        if strand.transform.hasBegun, failure == nil { begin() }
        place?.note(outputTokens: outputTokens)
        if let writer { send(to: writer) }
        if !hasMemory { fail(.overloaded("no_memory")) }
        guard let writer, writer.pendingByteCount > 0 else { return .more }
        writer.whenDrained { [strands] in for strand in strands { strand.body.resume() } }
        return .pause
    }

    /// Whether the process has the memory for what is held of the stream: events that have not come to their end, and what
    /// the client has not taken. Ordinary events are too small to be counted.
    private var hasMemory: Bool {
        let held = strands.reduce(early.count + (writer?.pendingByteCount ?? 0)) { $0 + $1.transform.heldByteCount }
        let counts = held > Self.countedSize
        guard counts || hasShare else { return true }
        hasShare = counts
        return memory.resize(to: counts ? held : 0)
    }

    /// From what size on it is counted what a stream holds, in bytes.
    private static var countedSize: Int { 64 << 10 }

    /// Gives up what nobody has seen anything of.
    private func forgetStrands() {
        strands = []
        early.removeAll()
    }

    /// One strand's failure is the whole stream's: the others end with it.
    private func fail(_ failure: Failure) {
        guard self.failure == nil else { return }
        self.failure = failure
        for strand in strands { strand.body.cancel() }
    }

    // MARK: The client's side

    /// Has something appended to what is to be sent.
    private func append(_ body: (inout [UInt8]) -> Void) {
        if let writer { writer.append(body) } else { body(&early) }
    }

    private func send(to writer: BodyWriter) {
        guard writer.pendingByteCount > 0 else { return }
        writer.flush()
        heartbeat.postpone()
    }

    /// Writes the head, once.
    private func begin() {
        guard let responseWriter = responseWriter.take() else { return }
        begunAt = .now
        place?.begin()
        let writer = responseWriter.writeHead(head)
        writer.write(early)
        early = []
        self.writer = writer
        if !strands.isEmpty { settle() }
        heartbeat.start { [self] in beat() }
    }

    /// There is no way back: what would be needed to ask once more is not kept as long as the stream.
    private func settle() {
        waiting = []
        opening.settle()
    }

    /// The beat takes the head along, which by itself would wait for the first piece of the body.
    private func beginWithBeat() {
        guard writer == nil, failure == nil else { return }
        begin()
        writeBeat()
    }

    /// A client that has not taken what is there needs no sign of life on top.
    private func beat() {
        guard writer?.pendingByteCount == 0 else { return }
        writeBeat()
    }

    private func writeBeat() {
        guard let writer else { return }
        if strands.isEmpty {
            writer.append { waiting[0].writeBeat(into: &$0) }
        } else if let strand = strands.first(where: { $0.transform.ending == nil }) {
            writer.append { strand.transform.writeBeat(into: &$0) }
        }
        send(to: writer)
    }

    private func finish() async {
        writeEnding()
        await writer?.finish()
    }

    /// By itself: its variables would take room in the task's frame, which lives as long as the stream.
    @inline(never)
    private func writeEnding() {
        // What can be seen is shown, also when it came together with a bad end.
        if strands.contains(where: \.transform.hasBegun) { begin() }
        if failure == nil {
            // A good stream may be so short that it ends before there was anything to see.
            begin()
            append { Transform.writeEnd(of: strands.map(\.transform), into: &$0) }
        }
        guard let writer else { return }
        failure = failure?.unlessStopping(clientIsGone: writer.clientIsGone)
        if let failure, failure.status != Failure.clientLeftStatus {
            let told = failure.redacted(redaction)
            writer.append { (strands.first?.transform ?? waiting[0]).writeFailure(told, into: &$0) }
        }
    }

    private func startTimers() {
        headTimer = eventLoop.assumeIsolated().scheduleTask(in: pace.headDelay) { [self] in beginWithBeat() }
    }

    private func stopTimers() {
        headTimer?.cancel()
        headTimer = nil
        heartbeat.stop()
    }
}
