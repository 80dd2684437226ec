internal import EventStream
internal import JSON

/// Translates the Responses API's stream events into Chat Completions chunks, one event at a time. Does no I/O.
///
/// Upstream tells all content several times: in deltas, in the `done` events of parts and items, and in the final response.
/// Whatever one of them lacks, another completes: each piece is written once, as soon as it is known, and in order. Events
/// of unknown types are ignored.
public struct StreamTranslator: Sendable {
    /// How a stream ended.
    public enum Outcome: Sendable, Equatable {
        /// The response is complete, or was cut.
        case finished(FinishReason)
        /// Upstream reported an error, or closed the stream early.
        case failed(ReplyFailure)
    }

    // Hot fields first, so that they share cache lines: with thousands of streams, a stream's state is cold when its next
    // event arrives.

    /// The text part that is being written. Its next delta can take the fast path.
    var flowing: FlowingText?
    /// Finds events that were lost.
    var order = EventOrder()
    /// Why the response ended before upstream's stream, which is then read for the usage only; nil if it did not.
    var cutReason: FinishReason?
    /// Commentary, held back until the translator knows whether it is the answer.
    var commentary: [HeldPiece] = []
    /// How the stream ended; nil while it continues.
    public internal(set) var outcome: Outcome?
    /// Whether anything visible to the client has been written.
    public private(set) var hasBegun = false
    /// Whether the response has ended and the remaining events from upstream are not needed.
    public internal(set) var leavesUpstream = false
    var writer: ChunkWriter
    /// Applies the stop sequences and the token limit to the text; nil if there are none.
    var visible: VisibleText?

    private(set) var context: ReplyContext
    private(set) var identity: ReplyIdentity
    private var hasRole = false

    /// Which of upstream's output items an event belongs to: its place in `items`.
    var known = OutputItems()
    /// The items by their places.
    var items: [Int: Item] = [:]
    /// The parts of which anything has been told.
    var parts: [Part: PartText] = [:]
    /// The last part of each item, by its first part.
    var lastParts: [Part: Int] = [:]
    /// The part that was last written to `reasoning_content`.
    var lastThought: Part?
    var nextToolIndex = 0
    /// The call that was written last; nil if something else was written since.
    var lastCall: Int?
    /// Number of characters in the completed parts of the answer.
    var characterCount = 0

    private var reasoningCollector = ReasoningCollector()
    private var collectedItems: Set<Int> = []

    /// The size of the text that waits for its complete telling, in bytes.
    public var heldByteCount: Int {
        guard !order.isRegular else { return 0 }
        let texts = parts.values.reduce(0) { $0 + $1.told.heldByteCount }
        return items.values.reduce(texts) { if case .call(let call) = $1 { $0 + call.input.heldByteCount } else { $0 } }
    }

    /// The number of events that added content.
    public private(set) var deltaCount = 0

    /// Whether the response was cut: the client has all of it, except possibly the usage.
    public var isCut: Bool { cutReason != nil }

    /// The reasoning that led to the calls, for the client's next turn.
    public var reasoning: [KeptReasoning] { reasoningCollector.kept }

    /// The tokens that the response used; nil until upstream reports them.
    public internal(set) var usage: Usage?

    /// Whether this is one of several choices. They share an identity, and the stream does not end with this choice.
    let isOneOfSeveral: Bool

    /// - Parameters:
    ///   - context: the context that the request's translation returned.
    ///   - id: the response's id, if upstream sends none or if the response combines several of upstream's.
    ///   - created: the current time in seconds since 1970, for the same cases.
    ///   - choice: the index of this choice, from 0, if there are several; nil if it is the only one, which ends the
    ///     stream.
    public init(context: ReplyContext, id: String, created: Int, choice: Int? = nil) {
        self.context = context
        identity = ReplyIdentity(id: id, created: created, model: context.modelShown())
        isOneOfSeveral = choice != nil
        writer = ChunkWriter(identity, for: context, index: choice ?? 0)
        visible = VisibleText(for: context)
    }

    /// Takes the context of the request that upstream has answered, if it has another model than the first request.
    public mutating func adopt(_ context: ReplyContext) {
        guard context != self.context else { return }
        self.context = context
        identity.model = context.modelShown()
        writer.identify(identity)
        visible = VisibleText(for: context)
    }

    /// Translates one event and appends the resulting chunks.
    ///
    /// - Parameters:
    ///   - data: the event's data, which contains all that the event's name says.
    ///   - output: the buffer that the chunks are appended to.
    public mutating func translate(_ data: RawSpan, into output: inout [UInt8]) {
        guard outcome == nil else { return }
        guard !flow(data, into: &output) else {
            deltaCount += 1
            return
        }
        let data = data.withUnsafeBytes { Array($0) }
        settle()
        do throws(ParseError) {
            // Far deeper than real events: the deepest values are the tools' schemas, which the response repeats.
            let root = try Document(parsing: data, maximumDepth: 512).root
            translate(root, into: &output)
        } catch {
            // An event without data is a heartbeat, and `[DONE]` ends streams in Chat Completions format.
            guard error.code != .empty, !data.elementsEqual("[DONE]".utf8) else { return }
            if cutReason != nil { return finishCut(usage: nil, into: &output) }
            fail(ReplyFailure(message: "Upstream sent an event that is not JSON: \(error).", code: "upstream_garbled"))
        }
    }

    /// Translates a whole response, which upstream sent instead of a stream.
    public mutating func translateWhole(_ body: [UInt8], into output: inout [UInt8]) {
        guard outcome == nil else { return }
        guard let response = try? Document(parsing: body, maximumDepth: 512).root else {
            return fail(ReplyFailure(message: "Upstream's response is not JSON.", code: "upstream_garbled"))
        }
        if let failure = ReplyFailure.reported(in: response) {
            usage = Usage(of: response, for: context)
            return fail(failure)
        }
        guard response["output"]?.kind == .array else {
            return fail(
                ReplyFailure(message: "Upstream's reply is not a Responses API object.", code: "upstream_garbled"))
        }
        finish(response, isIncomplete: false, into: &output)
    }

    /// Translates an event that the body ends with although the empty line after it is missing, unless it was cut off.
    public mutating func translateLast(_ data: RawSpan, into output: inout [UInt8]) {
        let bytes = data.withUnsafeBytes { Array($0) }
        if (try? Document(parsing: bytes, maximumDepth: 512)) != nil { translate(data, into: &output) }
    }

    /// Ends a stream whose connection has closed. Without a terminal event this is a failure, unless the response was cut.
    public mutating func end(into output: inout [UInt8]) {
        guard outcome == nil else { return }
        if cutReason != nil { return finishCut(usage: nil, into: &output) }
        fail(
            ReplyFailure(
                message: "Upstream ended the stream before the reply was complete.", code: "upstream_unfinished"))
    }

    /// Ends a stream with a failure that the proxy detected.
    public mutating func fail(_ failure: ReplyFailure) {
        guard outcome == nil else { return }
        outcome = .failed(failure)
    }

    /// Writes a heartbeat, in a form that clients take neither for content nor for an end. Before the first chunk and after
    /// the last one it is a comment: some clients decide by the first chunk whether a function is called. In between it is a
    /// chunk that adds nothing to what came last, because not every client skips comments.
    public mutating func writeBeat(into output: inout [UInt8]) {
        guard hasRole, cutReason == nil else { return EventWriter.append(comment: "waiting", to: &output) }
        if let place = lastCall, case .call(let call) = items[place] {
            writeEmptyInput(of: call, into: &output)
        } else {
            writer.beat(into: &output)
        }
    }

    /// Writes the end of a stream that failed after it had begun: the error and `[DONE]`.
    public static func writeFailure(_ failure: ReplyFailure, into output: inout [UInt8]) {
        EventWriter.append(data: failure.body, to: &output)
        ChunkWriter.done(into: &output)
    }

    /// Ends the stream of a response with several choices.
    ///
    /// - Parameters:
    ///   - usage: the usage of all choices together; nil leaves it out.
    ///   - output: the buffer that the chunks are appended to.
    public func writeEnd(usage: Usage?, into output: inout [UInt8]) {
        writeEnd(usage: usage, serviceTier: nil, into: &output)
    }

    func writeEnd(usage: Usage?, serviceTier: Value?, into output: inout [UInt8]) {
        if let usage, context.includesUsage { writer.usage(usage, serviceTier: serviceTier, into: &output) }
        ChunkWriter.done(into: &output)
    }

    // MARK: One event

    private mutating func translate(_ event: Value, into output: inout [UInt8]) {
        if cutReason != nil { return listenForUsage(event, into: &output) }
        guard let type = event["type"]?.stringContents else {
            if let failure = ReplyFailure.reported(in: event) { return fail(failure, in: event) }
            order.lose(event["sequence_number"]?.integer)
            return eventsWereLost(into: &output)
        }
        let position = order.take(event["sequence_number"]?.integer)
        if position == .irregular { eventsWereLost(into: &output) }
        if type.bytes.suffix(6).elementsEqual(".delta".utf8) { deltaCount += 1 }
        if type == "response.output_text.delta" {
            let part = part(event, of: known.place(of: event, .message))
            text(event["delta"], of: part, logprobs: event["logprobs"], at: position, into: &output)
            flow(on: part, event)
        } else if type == "response.function_call_arguments.delta" || type == "response.custom_tool_call_input.delta" {
            callInput(event["delta"], of: known.place(of: event, .call), at: position, into: &output)
        } else if type == "response.reasoning_summary_text.delta" {
            let part = part(event, of: known.place(of: event, .reasoning), isSummary: true)
            reasoning(event["delta"], of: part, at: position, into: &output)
        } else if type == "response.reasoning_text.delta" {
            let part = part(event, of: known.place(of: event, .reasoning))
            reasoning(event["delta"], of: part, at: position, into: &output)
        } else if type == "response.refusal.delta" {
            let part = part(event, of: known.place(of: event, .message))
            refusal(event["delta"], of: part, at: position, into: &output)
        } else {
            translateRareEvent(event, type, into: &output)
        }
    }

    private mutating func translateRareEvent(_ event: Value, _ type: StringContents, into output: inout [UInt8]) {
        switch type {
        case "response.created":
            if let response = event["response"] { identify(response) }
        case "response.output_item.added":
            if let item = event["item"] { add(item, at: known.announce(item, event), into: &output) }
        case "response.output_item.done":
            if let item = event["item"] { itemIsDone(item, at: known.complete(item, event), into: &output) }
        case "response.content_part.added", "response.reasoning_summary_part.added":
            if let part = event["part"] { begin(part, event) }
        case "response.content_part.done", "response.reasoning_summary_part.done":
            if let part = event["part"] { partIsDone(part, event, into: &output) }
        case "response.output_text.done":
            let part = part(event, of: known.place(of: event, .message))
            textIsDone(event["text"], of: part, logprobs: event["logprobs"], into: &output)
        case "response.refusal.done":
            refusalIsDone(event["refusal"], of: part(event, of: known.place(of: event, .message)), into: &output)
        case "response.function_call_arguments.done":
            callInputIsDone(event["arguments"], at: known.place(of: event, .call), event, into: &output)
        case "response.custom_tool_call_input.done":
            callInputIsDone(event["input"], at: known.place(of: event, .call), event, into: &output)
        case "response.reasoning_summary_text.done":
            let part = part(event, of: known.place(of: event, .reasoning), isSummary: true)
            reasoningIsDone(event["text"], of: part, into: &output)
        case "response.reasoning_text.done":
            reasoningIsDone(event["text"], of: part(event, of: known.place(of: event, .reasoning)), into: &output)
        case "response.output_text.annotation.added":
            guard let annotation = event["annotation"] else { return }
            let part = part(event, of: known.place(of: event, .message))
            self.annotation(annotation, of: part, at: event["annotation_index"]?.integer, into: &output)
        case "response.completed", "response.incomplete", "response.done":
            finish(event["response"] ?? event, isIncomplete: type == "response.incomplete", into: &output)
        case "response.failed", "response.cancelled":
            fail(ReplyFailure(event: event) ?? Self.unexplained, in: event)
        case "error":
            fail(ReplyFailure.reported(in: event) ?? Self.unexplained, in: event)
        default:
            break
        }
    }

    private static let unexplained = ReplyFailure(message: "Upstream failed without giving a reason.")

    /// Ends the stream with an error that upstream reports. It may report the usage too, which has to be paid for.
    private mutating func fail(_ failure: ReplyFailure, in event: Value) {
        usage = Usage(of: event["response"], for: context) ?? Usage(of: event, for: context) ?? usage
        fail(failure)
    }

    // MARK: Beginning and end

    private mutating func identify(_ response: Value) {
        guard !hasRole else { return }
        let ours = identity
        identity = ReplyIdentity(response, for: context, fallback: (ours.id, ours.created))
        if isOneOfSeveral { (identity.id, identity.created) = (ours.id, ours.created) }
        writer.identify(identity)
    }

    /// Writes the first chunk, unless it has been written.
    mutating func writeRole(isFollowedByText: Bool, into output: inout [UInt8]) {
        lastCall = nil
        if takeRole() { writer.role(isFollowedByText: isFollowedByText, into: &output) }
    }

    /// Whether the next chunk is the first one, which has the role.
    mutating func takeRole() -> Bool {
        defer { (hasBegun, hasRole) = (true, true) }
        return !hasRole
    }

    /// Handles a complete item: collects its reasoning, and writes its remaining content.
    mutating func itemIsDone(_ item: Value, at index: Int, into output: inout [UInt8]) {
        if context.keepsReasoning, collectedItems.insert(index).inserted { reasoningCollector.observe(item) }
        complete(item, at: index, into: &output)
    }

    private mutating func finish(_ response: Value, isIncomplete: Bool, into output: inout [UInt8]) {
        identify(response)
        usage = Usage(of: response, for: context)
        if response["status"]?.isString("failed") == true || response["status"]?.isString("cancelled") == true {
            return fail(ReplyFailure.reported(in: response) ?? Self.unexplained)
        }
        completeAll(of: response["output"], into: &output)
        releaseAll(into: &output)
        releaseCommentary(asAnswer: !hasAnswer, into: &output)
        guard cutReason == nil else { return finishCut(usage: usage, into: &output) }
        if let rest = visible?.finish() { write(rest, into: &output) }
        writeRole(isFollowedByText: true, into: &output)
        let complete = FinishReason(hasCalls: nextToolIndex > 0, for: context)
        let reason =
            visible?.ending == nil
            ? FinishReason(of: response, isIncomplete: isIncomplete, otherwise: complete) : complete
        if let moderation = response.given("moderation"), writer.isFirstChoice {
            writer.moderation(moderation, into: &output)
        }
        writer.finish(reason, serviceTier: response["service_tier"], into: &output)
        if !isOneOfSeveral { writeEnd(usage: usage, serviceTier: response["service_tier"], into: &output) }
        outcome = .finished(reason)
    }
}
