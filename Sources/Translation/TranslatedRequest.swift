public import JSON
public import Models

/// A request in the form that upstream gets, with the information that is needed to understand and translate the response.
///
/// A class, because every layer on the way to upstream and back holds it, and a copy would retain a dozen fields.
public final class TranslatedRequest: Sendable {
    /// The path below upstream's base address, such as `/responses`.
    public let path: String

    /// The JSON body.
    public let body: [UInt8]

    /// The facts about the request that the response's translation needs.
    public let context: ReplyContext

    /// What was left out, changed or repaired, in the order in which the translation found it.
    public let notices: [Notice]

    /// Number of choices that the client wants (`n`). Upstream gets this number of identical requests.
    public let choiceCount: Int

    /// The ids of the calls before which cached reasoning was inserted.
    public let recalledCallIDs: Set<String>

    /// The request to send if upstream does not have the model; nil if there is no other model to send.
    public let alternative: Alternative?

    init(
        path: String, body: [UInt8], context: ReplyContext, notices: [Notice], choiceCount: Int = 1,
        recalledCallIDs: Set<String> = [], alternative: Alternative? = nil
    ) {
        self.path = path
        self.body = body
        self.context = context
        self.notices = notices
        self.choiceCount = choiceCount
        self.recalledCallIDs = recalledCallIDs
        self.alternative = alternative
    }

    /// The same request with another body.
    ///
    /// - Parameters:
    ///   - newNotices: what the new body lacks, in addition to `notices`.
    ///   - recalledCallIDs: replaces the property of that name.
    func with(body: [UInt8], newNotices: [Notice] = [], recalledCallIDs: Set<String>) -> TranslatedRequest {
        TranslatedRequest(
            path: path, body: body, context: context, notices: notices + newNotices, choiceCount: choiceCount,
            recalledCallIDs: recalledCallIDs, alternative: alternative)
    }

    /// The same request with an alternative.
    func with(_ alternative: Alternative?) -> TranslatedRequest {
        guard let alternative else { return self }
        return TranslatedRequest(
            path: path, body: body, context: context, notices: notices, choiceCount: choiceCount,
            recalledCallIDs: recalledCallIDs, alternative: alternative)
    }

    /// The same request for another model.
    public struct Alternative: Sendable {
        /// What it shows about the models' availability if upstream does not have the model of the first request.
        public let observation: ModelObservation
        let translate: @Sendable () throws(RequestError) -> TranslatedRequest

        /// The request to send.
        ///
        /// - Throws: ``RequestError`` if the other model does not support a parameter and the operator has such requests
        ///   rejected (`UNSUPPORTED_PARAMS=reject`).
        public func callAsFunction() throws(RequestError) -> TranslatedRequest { try translate() }
    }

    /// The same request with another model name, for a base that uses a different name.
    public func asking(_ model: String) -> TranslatedRequest {
        guard model != context.modelSent else { return self }
        var context = context
        context.modelOfBase = model
        return TranslatedRequest(
            path: path, body: body(asking: model), context: context, notices: notices, choiceCount: choiceCount,
            recalledCallIDs: recalledCallIDs, alternative: alternative)
    }

    private func body(asking model: String) -> [UInt8] {
        guard let root = try? Document(parsing: body, maximumDepth: 512).root else { return body }
        var writer = Writer(reservingCapacity: body.count + model.utf8.count)
        writer.object {
            for member in root.members {
                if member.nameContents == "model" { $0.member("model", model) } else { $0.member(member) }
            }
        }
        return writer.bytes
    }

    /// One request per choice.
    public var choices: [TranslatedRequest] {
        choiceCount == 1 ? [self] : Array(repeating: self, count: choiceCount)
    }
}

/// The facts about the request that the response's translation and its log line need. They do not change once the request
/// has been translated.
public struct ReplyContext: Sendable, Equatable {
    /// The model that the client asked for; nil if it named none.
    public let modelAsked: String?

    /// The model that the model map selected.
    public private(set) var modelMapped: String

    /// The model that is sent; empty if the body names none, as with the Responses API's stored prompts.
    public private(set) var modelSent: String

    /// The name by which the base that responds knows the model; nil if it is ``modelSent``.
    public fileprivate(set) var modelOfBase: String?

    /// Which model the response names (`REPLY_MODEL`).
    public let replyModel: ReplyModel

    /// The retired model that was replaced; nil if none was.
    public var modelRetired: String? { modelMapped == modelSent ? nil : modelMapped }

    /// Records that upstream chooses the model.
    mutating func sendsNoModel() {
        (modelMapped, modelSent) = ("", "")
    }

    /// Whether the client asked for a stream.
    public let streams: Bool

    /// Whether the stream's last chunk before `[DONE]` reports the usage (`stream_options.include_usage`).
    public let includesUsage: Bool

    /// Whether upstream was asked for that report although the client was not: it is for the log, and not passed on.
    public internal(set) var hidesUsage = false

    /// Whether the client sent `functions` and no `tools`, so that the response uses `function_call` instead of
    /// `tool_calls`.
    public let usesFunctions: Bool

    /// Whether the client named the function or tool to call. Chat Completions reports `stop` for such a call.
    public let isCallForced: Bool

    /// The stop sequences (`stop`). The text ends before the first of them; none is empty.
    public var stops: [StringContents] = []

    /// Number of tokens of text after which a stream is cut; nil if upstream's own limit is the client's.
    public var visibleTokenLimit: Int?

    /// Whether a call of the undeclared tool `parallel` is unwrapped. Models use it to make several calls at once.
    public var unwrapsParallelCalls = false

    /// Whether encrypted reasoning is requested, to be cached for the client's next turn.
    public var keepsReasoning = false

    /// What to do with parameters that upstream unexpectedly rejects.
    public var unsupportedParameters = UnsupportedParameterPolicy.drop

    /// Index of the client's prompt that the request is for. Input tokens of a prompt that several choices share are
    /// counted once.
    public var promptIndex = 0

    /// The field in which the client sent its token limit; nil without a limit.
    public var limitField: String?

    /// The format of the response.
    public var form = ReplyForm.chat

    /// The prompt, if the client asked for its echo at the beginning of the text.
    public var echo: StringContents?
}

/// The API whose format the response has.
public enum ReplyForm: Sendable {
    /// `chat.completion` and `chat.completion.chunk`.
    case chat
    /// `text_completion`, streamed or not.
    case completion
}
