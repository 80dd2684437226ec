internal import EventStream
internal import JSON
internal import Translation

/// Passes on upstream's events unchanged, each as soon as it is complete.
///
/// Only complete events are sent, so that heartbeat comments and the error at the end of a broken stream are never inserted
/// inside an event. A stream without its terminal event is broken, even if its connection was closed cleanly.
struct PassedStream: StreamTransform {
    private var parser = EventParser()
    private var observer: StreamObserver
    /// The beginning of an incomplete event.
    private var held: [UInt8] = []
    private var breach: HTTPError?
    private(set) var usage: Usage?
    /// The body, if upstream sends a whole response.
    private var whole: WholeBody?
    /// Whether the client wants the usage in a stream of Chat Completions.
    private var includesUsage = false
    /// Whether the usage is kept from the client: it is for the log.
    private var hidesUsage = false
    /// Whether the stream is complete although its end mark is missing.
    private var isComplete = false
    private let redaction: Redaction
    private var ids: BoundIDs?

    /// - Parameters:
    ///   - waitsForMeaning: whether the head waits for an event other than `response.created`, `response.in_progress` and
    ///     `response.queued`, so that an error before it becomes a status. If false, the client gets errors as events.
    ///   - redaction: applied to events that report errors.
    ///   - ids: the ids of the caller's stored objects; nil if ids stay as they are.
    init(waitsForMeaning: Bool, redaction: Redaction, ids: StoredIDs? = nil) {
        self.ids = ids.map { BoundIDs($0) }
        observer = StreamObserver(waitsForMeaning: waitsForMeaning)
        self.redaction = redaction
    }

    var hasBegun: Bool { observer.hasBegun || isComplete }

    var earlyFailure: HTTPError? { observer.earlyFailure }

    var ending: Result<Void, HTTPError>? {
        breach.map { .failure($0) } ?? (isComplete ? .success(()) : observer.ending)
    }

    /// An error that upstream reports is passed on like every event.
    var hasToldFailure: Bool {
        guard breach == nil, case .failure = observer.ending else { return false }
        return true
    }

    var outputTokens: Int { observer.outputTokens }

    var heldByteCount: Int { held.count + parser.heldByteCount + (whole?.bytes.count ?? 0) }

    mutating func adopt(_ context: ReplyContext, isWhole: Bool) {
        includesUsage = context.includesUsage
        hidesUsage = context.hidesUsage
        if isWhole { whole = WholeBody() }
    }

    mutating func consume(_ piece: RawSpan, into output: inout [UInt8]) throws {
        guard whole == nil else {
            try whole?.append(piece)
            return
        }
        guard !hidesUsage else { return try consumeHidingUsage(piece, into: &output) }
        let completed = try parser.feed(piece) { name, data in
            observer.observe(name, data)
            ids?.learn(name, data)
        }
        usage = observer.usage
        if completed > 0 {
            let start = output.count
            defer { if observer.takeErrorReport() { redact(&output, from: start) } }
            output.append(contentsOf: held)
            held.removeAll(keepingCapacity: true)
            piece.extracting(first: completed).withUnsafeBytes { output.append(contentsOf: $0) }
            ids?.apply(to: &output, from: start)
        }
        piece.extracting(droppingFirst: completed).withUnsafeBytes { held.append(contentsOf: $0) }
    }

    /// Passes on each event by itself, without the chunk that has only the usage.
    private mutating func consumeHidingUsage(_ piece: RawSpan, into output: inout [UInt8]) throws {
        let start = output.count
        try parser.feed(piece) { name, data in
            observer.observe(name, data)
            if !observer.sawOnlyUsage { EventWriter.append(name: name, data: data, to: &output) }
        }
        usage = observer.usage
        if observer.takeErrorReport() { redact(&output, from: start) }
    }

    mutating func bodyHasEnded(isWhole: Bool, into output: inout [UInt8]) {
        guard isWhole else { return }
        if let body = whole.take() { return tell(body.bytes, into: &output) }
        passLast(into: &output)
        guard ending == nil else { return }
        if observer.hasFinalChunk {
            // Clients of Chat Completions wait for it.
            EventWriter.append(data: "[DONE]".utf8, to: &output)
            return isComplete = true
        }
        breach = .upstreamUnfinished
    }

    /// Tells a whole response as a stream.
    private mutating func tell(_ body: [UInt8], into output: inout [UInt8]) {
        let document = try? Document(parsing: body, maximumDepth: upstreamJSONDepth)
        var events: [UInt8] = []
        if let failure = document.flatMap({ ReplyFailure(event: $0.root) }) {
            breach = HTTPError(failure)
            usage = Usage(of: document?.root)
        } else if let document, ReplyEvents.write(document.root, includesUsage: includesUsage, into: &events) {
            usage = Usage(of: document.root)
            if let ids { events = ids.applied(to: events, of: document.root) }
            output += events
            isComplete = true
        } else {
            breach = HTTPError(
                ReplyFailure(message: "Upstream's response is not a reply of its API.", code: "upstream_garbled"))
        }
    }

    /// Passes on the event that the body ends with although the empty line after it is missing, unless it was cut off.
    private mutating func passLast(into output: inout [UInt8]) {
        let start = output.count
        var isSound = false
        _ = try? parser.finish { name, data in
            let bytes = data.withUnsafeBytes { Array($0) }
            isSound = data.reads("[DONE]") || (try? Document(parsing: bytes, maximumDepth: upstreamJSONDepth)) != nil
            guard isSound else { return }
            observer.observe(name, data)
            ids?.learn(name, data)
            if hidesUsage, !observer.sawOnlyUsage { EventWriter.append(name: name, data: data, to: &output) }
        }
        guard isSound else { return }
        usage = observer.usage
        if !hidesUsage {
            output.append(contentsOf: held)
            output.append(contentsOf: "\n\n".utf8)
            held = []
        }
        ids?.apply(to: &output, from: start)
        if observer.takeErrorReport() { redact(&output, from: start) }
    }

    private mutating func redact(_ output: inout [UInt8], from start: Int) {
        guard output.count - start <= Redaction.sizeLimit else {
            output.removeSubrange(start...)
            return breach = .upstreamErrorTooLarge
        }
        output.replaceSubrange(start..., with: redaction.apply(Array(output[start...])))
    }

    func writeBeat(into output: inout [UInt8]) {
        EventWriter.append(comment: "waiting", to: &output)
    }

    /// Writes the Responses API's error event in both forms: flat, as documented, and nested, as it is actually sent and as
    /// client libraries of both APIs expect it.
    func writeFailure(_ failure: HTTPError, into output: inout [UInt8]) {
        let reported =
            failure.upstream == nil
            ? ReplyFailure(message: failure.message, code: failure.reason) : failure.reported
        var data = Writer()
        data.object {
            $0.member("type", "error")
            $0.members(of: reported)
            $0.name("error")
            $0.object {
                $0.member("type", reported.type)
                $0.members(of: reported)
            }
        }
        EventWriter.append(data: data.bytes, name: "error", to: &output)
    }
}

extension Writer {
    fileprivate mutating func members(of failure: ReplyFailure) {
        name("code")
        if let code = failure.code { string(code) } else { null() }
        member("message", failure.message)
        name("param")
        if let param = failure.param { string(param) } else { null() }
    }
}
