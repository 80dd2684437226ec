/// The catalogue's columns, by their names in the header.
enum Column: String, CaseIterable {
    case model, reasons, efforts
    case defaultEffort = "default_effort"
    case sampling, phase, chat, responses, shutdown, replacement
    case replacementEffort = "replacement_effort"
    case input
    case cachedInput = "cached_input"
    case cacheWrite = "cache_write"
    case output
    case longContextFrom = "long_context_from"
    case longInput = "long_input"
    case longCachedInput = "long_cached_input"
    case longOutput = "long_output"

    /// The values that the column allows, as error messages list them.
    var allowed: String {
        switch self {
        case .model: "a model's name, or a pattern with *"
        case .reasons: Self.words(Model.Reasoning.self)
        case .efforts: "efforts in ascending order, separated by spaces, or any; efforts are \(Self.words(Effort.self))"
        case .defaultEffort, .replacementEffort: Self.words(Effort.self)
        case .sampling: Self.words(Model.Sampling.self)
        case .phase, .responses: "yes or no"
        case .chat: Self.words(Model.ChatSupport.self)
        case .shutdown: "a day such as 2026-12-11"
        case .replacement: "another model's name, without *, which may carry an effort: gpt-6-luna:none"
        case .longContextFrom: "a number of tokens"
        case .input, .cachedInput, .cacheWrite, .output, .longInput, .longCachedInput, .longOutput:
            "USD per million tokens, such as 1.25, up to 1000000"
        }
    }

    private static func words<Word: CaseIterable & RawRepresentable<String>>(_ type: Word.Type) -> String {
        let words = type.allCases.map(\.rawValue)
        return words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
    }
}
