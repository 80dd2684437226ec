internal import JSON

/// The API that the client used.
enum SourceAPI {
    /// The original proxy's: messages or a prompt, optional roles, transcripts.
    case proxy
    /// OpenAI's Chat Completions.
    case chat
    /// OpenAI's legacy Completions, with one of the request's prompts.
    case completion(Value)

    var isProxy: Bool { if case .proxy = self { true } else { false } }
}
