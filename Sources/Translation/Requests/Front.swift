internal import JSON

/// The contract that a request came by.
enum Front {
    /// The original's: messages or a prompt, roles optional, transcripts.
    case proxy
    /// OpenAI's Chat Completions.
    case chat
    /// OpenAI's legacy Completions, with one of the request's prompts.
    case completion(Value)

    var isProxy: Bool { if case .proxy = self { true } else { false } }
}
