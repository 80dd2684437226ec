public import JSON
public import Models

/// A request as upstream gets it, and what is needed to understand and answer it later.
public struct TranslatedRequest: Sendable {
    /// The path below upstream's base address, such as `/responses`.
    public let path: String

    /// The JSON body.
    public internal(set) var body: [UInt8]

    /// What the reply's translation has to know of the request.
    public internal(set) var context: ReplyContext

    /// What was left out, changed or repaired, in the order of finding.
    public internal(set) var notices: [Notice]

    /// How many choices the client wants (`n`): upstream gets that many identical requests.
    public var choiceCount = 1

    /// The calls before which reasoning was put back.
    public internal(set) var recalledCallIDs: Set<String> = []

    /// What to send if upstream turns out not to have the model; nil when there is nothing else to send.
    public internal(set) var alternative: Alternative?

    /// The same request for another model.
    public struct Alternative: Sendable {
        /// What upstream's refusal of the first request shows of models.
        public let observation: ModelObservation
        let translate: @Sendable () throws(RequestError) -> TranslatedRequest

        /// The request to send.
        ///
        /// - Throws: when the other model rejects the request, and the operator has that told (`UNSUPPORTED_PARAMS=reject`).
        public func callAsFunction() throws(RequestError) -> TranslatedRequest { try translate() }
    }

    /// The body with another model's name in it, where one of several upstreams has its own.
    public func body(asking model: String) -> [UInt8] {
        guard let root = try? Document(parsing: body, maximumDepth: 512).root else { return body }
        var writer = Writer(reservingCapacity: body.count + model.utf8.count)
        writer.object {
            for member in root.members {
                if member.nameContents == "model" { $0.member("model", model) } else { $0.member(member) }
            }
        }
        return writer.bytes
    }

    /// A request for each of the choices.
    public var choices: [TranslatedRequest] {
        choiceCount == 1 ? [self] : Array(repeating: self, count: choiceCount)
    }
}

/// What a reply's translation and its log line have to know of the request. Not changed once the request has been translated.
public struct ReplyContext: Sendable, Equatable {
    /// The model that the client named; nil when it named none.
    public let modelAsked: String?

    /// What the model map made of it.
    public private(set) var modelMapped: String

    /// The model that is sent; empty where the body names none, as with the Responses API's stored prompts.
    public private(set) var modelSent: String

    /// The model that was replaced because it is gone; nil when none was.
    public var modelRetired: String? { modelMapped == modelSent ? nil : modelMapped }

    /// Notes that upstream is left to choose the model.
    mutating func sendsNoModel() {
        (modelMapped, modelSent) = ("", "")
    }

    /// Whether the client asked for a stream.
    public let streams: Bool

    /// Whether the stream's last chunk before `[DONE]` shall tell the usage (`stream_options.include_usage`).
    public let includesUsage: Bool

    /// Whether the client offered `functions`, and is answered with `function_call` instead of `tool_calls`.
    public let usesFunctions: Bool

    /// Before which sequences the text ends (`stop`); none of them empty.
    public var stops: [StringContents] = []

    /// After how many tokens of text a stream ends; nil where upstream's own limit is the client's.
    public var visibleTokenLimit: Int?

    /// Whether a call of `parallel`, a tool that nobody declared, is what models make of several calls at once.
    public var unwrapsParallelCalls = false

    /// Whether encrypted reasoning was asked for, to be kept for the client's next turn.
    public var keepsReasoning = false

    /// What becomes of parameters that upstream turns out to refuse.
    public var unsupportedParameters = UnsupportedParameterPolicy.drop

    /// Which of the client's prompts it answers. What several choices share is counted once.
    public var promptIndex = 0

    /// What the client calls its limit on tokens; nil without one.
    public var limitField: String?

    /// The form of the reply.
    public var form = ReplyForm.chat

    /// What the text of a completion begins with: the prompt, where the client asked for its echo.
    public var echo: StringContents?
}

/// Which of the two older APIs a reply is written in.
public enum ReplyForm: Sendable {
    /// `chat.completion` and `chat.completion.chunk`.
    case chat
    /// `text_completion`, whole or streamed.
    case completion
}
