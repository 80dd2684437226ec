public import JSON

/// A request as upstream gets it, and what is needed to understand and answer it later.
public struct TranslatedRequest: Sendable {
    /// The path below upstream's base address, such as `/responses`.
    public let path: String

    /// The JSON body.
    public let body: [UInt8]

    public let context: ReplyContext

    /// What was left out, changed or repaired, in the order of finding.
    public let notices: [Notice]
}

/// What a reply's translation and its log line have to know of the request. Never changes.
public struct ReplyContext: Sendable, Equatable {
    /// The model that the client named; nil when it named none.
    public let modelAsked: String?

    /// The model that upstream is asked for.
    public let modelSent: String

    /// Whether the client asked for a stream.
    public let streams: Bool

    /// Whether the stream's last chunk before `[DONE]` shall tell the usage (`stream_options.include_usage`).
    public let includesUsage: Bool

    /// Whether the client offered `functions`, and is answered with `function_call` instead of `tool_calls`.
    public let usesFunctions: Bool

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
