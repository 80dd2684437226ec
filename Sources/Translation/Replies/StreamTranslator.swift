internal import EventStream
internal import JSON

/// Turns the Responses API's stream events into Chat Completions' chunks, one event at a time. Does no I/O.
///
/// Upstream says everything at least twice: in deltas, in the `done` events of parts and items, and in the response at
/// the end. Each piece of the reply is handed on at its first saying, whichever that is, so that a stream without deltas
/// loses nothing and one with them doubles nothing. Events of unknown types are passed over.
public struct StreamTranslator: Sendable {
    /// How a stream ended.
    public enum Outcome: Sendable, Equatable {
        /// Its last event came.
        case finished(FinishReason)
        /// Upstream reported an error, or broke off.
        case failed(ReplyFailure)
    }

    // First what every event asks for, so that it lies together: thousands of streams have no place in a processor's cache.

    /// The part of the answer that is being written: its next piece needs no questions.
    var flowing: Part?
    /// Why the reply ended here although upstream goes on, which is listened to only for what it cost.
    var cutReason: FinishReason?
    /// What the model says beside its work, held back until it is clear whether it is the answer.
    var commentary: [HeldPiece] = []
    /// How the stream ended; nil while it goes on.
    public internal(set) var outcome: Outcome?
    /// Whether something has been written that a client can see.
    public private(set) var hasBegun = false
    /// Whether the reply has ended while upstream goes on, to whom nobody needs to listen any more.
    public internal(set) var leavesUpstream = false
    var writer: ChunkWriter
    /// The text's way to the client; nil where nothing can end it before upstream does.
    var visible: VisibleText?

    private(set) var context: ReplyContext
    private var identity: ReplyIdentity
    private var hasRole = false

    /// What is known of upstream's output items, by `output_index`.
    var items: [Int: Item] = [:]
    /// The `output_index` of the items that have been announced, by id.
    var announced: [String: Int] = [:]
    /// How far the parts are of which something was handed on.
    var delivered: [Part: Progress] = [:]
    /// The part that was told last in `reasoning_content`.
    var lastThought: Part?
    var nextToolIndex = 0
    /// The characters of the answer's parts that are over.
    var characterCount = 0

    private var reasoningCollector = ReasoningCollector()
    private var collectedItems: Set<Int> = []

    /// Whether the client has its reply, and waits at most for what it cost.
    public var isCut: Bool { cutReason != nil }

    /// What the model thought before its calls, for the client's next turn.
    public var reasoning: [KeptReasoning] { reasoningCollector.kept }

    /// What the reply cost, when upstream has said it.
    public internal(set) var usage: Usage?

    /// Whether this is one of several choices, which share an identity, and whose stream does not end with this one.
    let isOneOfSeveral: Bool

    /// - Parameters:
    ///   - context: what the request's translation left.
    ///   - id: names the reply if upstream does not, or if it is made of several of upstream's.
    ///   - created: the present, in seconds since 1970, for the same cases.
    ///   - choice: which of several choices this is, from 0 up; nil when it is the only one, and the stream ends with it.
    public init(context: ReplyContext, id: String, created: Int, choice: Int? = nil) {
        self.context = context
        identity = ReplyIdentity(id: id, created: created, model: context.modelSent)
        isOneOfSeveral = choice != nil
        writer = ChunkWriter(identity, for: context, index: choice ?? 0)
        visible = VisibleText(for: context)
    }

    /// Takes the request that upstream has answered, which asks for another model than the first one did.
    public mutating func adopt(_ context: ReplyContext) {
        guard context != self.context else { return }
        self.context = context
        identity.model = context.modelSent
        writer.identify(identity)
        visible = VisibleText(for: context)
    }

    /// Translates one event and appends the chunks that follow from it.
    ///
    /// - Parameters:
    ///   - data: the event's data. Its name says nothing that is not in there.
    ///   - output: the chunks are appended to it.
    public mutating func translate(_ data: RawSpan, into output: inout [UInt8]) {
        guard outcome == nil, !flow(data, into: &output) else { return }
        let data = data.withUnsafeBytes { Array($0) }
        do throws(ParseError) {
            // Far deeper than anything real: tools' schemas come back within the response.
            let root = try Document(parsing: data, maximumDepth: 512).root
            translate(root, into: &output)
        } catch {
            // No data is a sign of life, and `[DONE]` the end of streams that speak Chat Completions.
            guard error.code != .empty, !data.elementsEqual("[DONE]".utf8) else { return }
            if cutReason != nil { return finishCut(usage: nil, into: &output) }
            fail(ReplyFailure(message: "Upstream sent an event that is not JSON: \(error).", code: "upstream_garbled"))
        }
    }

    /// Ends a stream whose connection has ended. Without a last event it is broken, and never a success, unless the client
    /// has its reply already.
    public mutating func end(into output: inout [UInt8]) {
        guard outcome == nil else { return }
        if cutReason != nil { return finishCut(usage: nil, into: &output) }
        fail(
            ReplyFailure(
                message: "Upstream ended the stream before the reply was complete.", code: "upstream_unfinished"))
    }

    /// Ends a stream for a reason of one's own.
    public mutating func fail(_ failure: ReplyFailure) {
        guard outcome == nil else { return }
        outcome = .failed(failure)
    }

    /// A chunk without content: a sign of life that every client's parser takes for what it is, an event.
    public mutating func writeBeat(into output: inout [UInt8]) {
        if cutReason != nil {
            writer.beatAfterFinish(into: &output)
        } else if hasRole {
            writer.beat(into: &output)
        } else {
            writeRole(isFollowedByText: true, into: &output)
        }
    }

    /// What follows a failure in a stream that has begun: the error, and the end.
    public static func writeFailure(_ failure: ReplyFailure, into output: inout [UInt8]) {
        EventWriter.append(data: failure.body, to: &output)
        ChunkWriter.done(into: &output)
    }

    /// Ends the stream of a reply of several choices.
    ///
    /// - Parameters:
    ///   - usage: what all of them cost; nil leaves it out.
    ///   - output: the last chunks are appended to it.
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
            if let failure = ReplyFailure.reported(in: event) { fail(failure) }
            return
        }
        if type == "response.output_text.delta" {
            text(event["delta"], of: Part(event), logprobs: event["logprobs"], into: &output)
        } else if type == "response.function_call_arguments.delta" || type == "response.custom_tool_call_input.delta" {
            callInput(event["delta"], at: event.outputIndex, into: &output)
        } else if type == "response.reasoning_summary_text.delta" {
            reasoning(event["delta"], of: Part(event, isSummary: true), into: &output)
        } else if type == "response.reasoning_text.delta" {
            reasoning(event["delta"], of: Part(event), into: &output)
        } else if type == "response.refusal.delta" {
            refusal(event["delta"], of: Part(event), into: &output)
        } else {
            translateRareEvent(event, type.decoded, into: &output)
        }
    }

    private mutating func translateRareEvent(_ event: Value, _ type: String, into output: inout [UInt8]) {
        switch type {
        case "response.created":
            if let response = event["response"] { identify(response) }
        case "response.output_item.added":
            if let item = event["item"] { add(item, at: event.outputIndex, into: &output) }
        case "response.output_item.done":
            if let item = event["item"] { itemIsDone(item, at: event.outputIndex, into: &output) }
        case "response.output_text.done":
            textIsDone(event["text"], of: Part(event), logprobs: event["logprobs"], into: &output)
        case "response.refusal.done":
            refusalIsDone(event["refusal"], of: Part(event), into: &output)
        case "response.function_call_arguments.done":
            remainder(event["arguments"], at: event.outputIndex, into: &output)
        case "response.custom_tool_call_input.done":
            remainder(event["input"], at: event.outputIndex, into: &output)
        case "response.reasoning_summary_text.done":
            reasoningIsDone(event["text"], of: Part(event, isSummary: true), into: &output)
        case "response.reasoning_text.done":
            reasoningIsDone(event["text"], of: Part(event), into: &output)
        case "response.output_text.annotation.added":
            if let annotation = event["annotation"] { self.annotation(annotation, of: Part(event), into: &output) }
        case "response.completed", "response.incomplete", "response.done":
            finish(event["response"] ?? event, into: &output)
        case "response.failed", "response.cancelled":
            fail(event["response"].flatMap(ReplyFailure.reported) ?? ReplyFailure(message: "Upstream failed."))
        case "error":
            fail(ReplyFailure.reported(in: event) ?? ReplyFailure(message: "Upstream failed."))
        default:
            break
        }
    }

    // MARK: Beginning and end

    private mutating func identify(_ response: Value) {
        guard !hasRole else { return }
        let ours = identity
        identity = ReplyIdentity(response, fallback: identity)
        if isOneOfSeveral { (identity.id, identity.created) = (ours.id, ours.created) }
        writer.identify(identity)
    }

    /// Writes the first chunk, unless it is written.
    mutating func writeRole(isFollowedByText: Bool, into output: inout [UInt8]) {
        hasBegun = true
        guard !hasRole else { return }
        hasRole = true
        writer.role(isFollowedByText: isFollowedByText, into: &output)
    }

    /// An item is done: what it has to say is told, and what led to it kept.
    mutating func itemIsDone(_ item: Value, at index: Int, into output: inout [UInt8]) {
        if context.keepsReasoning, collectedItems.insert(index).inserted { reasoningCollector.observe(item) }
        complete(item, at: index, into: &output)
    }

    private mutating func finish(_ response: Value, into output: inout [UInt8]) {
        identify(response)
        if response["status"]?.isString("failed") == true || response["status"]?.isString("cancelled") == true {
            return fail(ReplyFailure.reported(in: response) ?? ReplyFailure(message: "Upstream failed."))
        }
        completeAll(of: response["output"], into: &output)
        releaseCommentary(asAnswer: !hasAnswer, into: &output)
        usage = Usage(of: response, for: context)
        guard cutReason == nil else { return finishCut(usage: usage, into: &output) }
        if let rest = visible?.finish() { write(rest, into: &output) }
        writeRole(isFollowedByText: true, into: &output)
        let complete = FinishReason(hasCalls: nextToolIndex > 0, answersInKind: context.usesFunctions)
        let reason = visible?.ending == nil ? FinishReason(of: response, otherwise: complete) : complete
        if let moderation = response.given("moderation"), writer.isFirstChoice {
            writer.moderation(moderation, into: &output)
        }
        writer.finish(reason, serviceTier: response["service_tier"], into: &output)
        if !isOneOfSeveral { writeEnd(usage: usage, serviceTier: response["service_tier"], into: &output) }
        outcome = .finished(reason)
    }
}

extension Value {
    /// Which output item an event is about.
    var outputIndex: Int { self["output_index"]?.integer ?? 0 }
}
