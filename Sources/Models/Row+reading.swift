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

    /// What may stand there, as errors say it.
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
        case .replacement: "another model's name, without *"
        case .longContextFrom: "a number of tokens"
        case .input, .cachedInput, .cacheWrite, .output, .longInput, .longCachedInput, .longOutput:
            "USD per million tokens, such as 1.25"
        }
    }

    private static func words<Word: CaseIterable & RawRepresentable<String>>(_ type: Word.Type) -> String {
        let words = type.allCases.map(\.rawValue)
        return words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
    }
}

extension Row {
    /// Takes a cell's text, which is not empty.
    ///
    /// - Returns: whether it is one of the texts that may stand there.
    mutating func read(_ text: String, in column: Column) -> Bool {
        switch column {
        case .model:
            pattern = ModelPattern(text)
            return text != "-"
        case .reasons: return Self.read(text, into: &reasoning, Model.Reasoning.init(rawValue:))
        case .efforts:
            efforts = text == "-" ? .value(.none) : Self.efforts(text).map { .value($0) } ?? .inherited
            return efforts.value != nil
        case .defaultEffort: return Self.read(text, into: &defaultEffort, Effort.init(rawValue:))
        case .sampling: return Self.read(text, into: &sampling, Model.Sampling.init(rawValue:))
        case .phase: return Self.read(text, into: &wantsPhase, Self.bool)
        case .chat: return Self.read(text, into: &chat, Model.ChatSupport.init(rawValue:))
        case .responses: return Self.read(text, into: &isServedByResponses, Self.bool)
        case .shutdown: return Self.read(text, into: &shutdown) { Day($0) }
        case .replacement:
            return Self.read(text, into: &replacement) { $0.contains("*") || $0 == pattern.text ? nil : $0 }
        case .replacementEffort: return Self.read(text, into: &replacementEffort, Effort.init(rawValue:))
        case .input: return Self.read(text, into: &input, Self.price)
        case .cachedInput: return Self.read(text, into: &cachedInput, Self.price)
        case .cacheWrite: return Self.read(text, into: &cacheWrite, Self.price)
        case .output: return Self.read(text, into: &output, Self.price)
        case .longContextFrom: return Self.read(text, into: &longContextFrom) { Int($0).flatMap { $0 > 0 ? $0 : nil } }
        case .longInput: return Self.read(text, into: &longInput, Self.price)
        case .longCachedInput: return Self.read(text, into: &longCachedInput, Self.price)
        case .longOutput: return Self.read(text, into: &longOutput, Self.price)
        }
    }

    private static func read<Value>(
        _ text: String, into cell: inout Cell<Value>, _ parse: (String) -> Value?
    ) -> Bool {
        if text == "-" {
            cell = .nothing
            return true
        }
        guard let value = parse(text) else { return false }
        cell = .value(value)
        return true
    }

    private static func efforts(_ text: String) -> Model.Efforts? {
        if text == "any" { return .any }
        let words = text.split(separator: " ")
        let efforts = words.compactMap { Effort(rawValue: String($0)) }
        guard efforts.count == words.count, zip(efforts, efforts.dropFirst()).allSatisfy({ $0 < $1 }) else {
            return nil
        }
        return .some(efforts)
    }

    private static func bool(_ text: String) -> Bool? {
        text == "yes" ? true : text == "no" ? false : nil
    }

    private static func price(_ text: String) -> Double? {
        Double(text).flatMap { $0 >= 0 && $0.isFinite ? $0 : nil }
    }
}
