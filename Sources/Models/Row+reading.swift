extension Row {
    /// Reads a cell's text, which is not empty.
    ///
    /// - Returns: whether the column allows the text.
    mutating func read(_ text: String, in column: Column) -> Bool {
        switch column {
        case .model:
            pattern = ModelPattern(text)
            return text != "-"
        case .reasons: return Self.read(text, into: &reasoning, Model.Reasoning.init(rawValue:))
        case .efforts:
            efforts = text == "-" ? .value(.unsupported) : Self.efforts(text).map { .value($0) } ?? .inherited
            return efforts.value != nil
        case .defaultEffort: return Self.read(text, into: &defaultEffort, Effort.init(rawValue:))
        case .sampling: return Self.read(text, into: &sampling, Model.Sampling.init(rawValue:))
        case .phase: return Self.read(text, into: &wantsPhase, Self.bool)
        case .chat: return Self.read(text, into: &chat, Model.ChatSupport.init(rawValue:))
        case .responses: return Self.read(text, into: &isServedByResponses, Self.bool)
        case .shutdown: return Self.read(text, into: &shutdown) { Day($0) }
        case .replacement:
            let selection = ModelSelection(parsing: text)
            if let effort = selection?.effort { replacementEffort = .value(effort) }
            return Self.read(text, into: &replacement) { _ in
                selection.flatMap { $0.name.contains("*") || $0.name == pattern.text ? nil : $0.name }
            }
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
        if text == "any" { return .unknown }
        let words = text.split(separator: " ")
        let efforts = words.compactMap { Effort(rawValue: String($0)) }
        guard !efforts.isEmpty, efforts.count == words.count, zip(efforts, efforts.dropFirst()).allSatisfy({ $0 < $1 })
        else {
            return nil
        }
        return .only(efforts)
    }

    private static func bool(_ text: String) -> Bool? {
        text == "yes" ? true : text == "no" ? false : nil
    }

    /// Accepts decimal digits only, and limits the size so that sums can be printed.
    private static func price(_ text: String) -> Double? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") })
        else { return nil }
        return Double(text).flatMap { $0 <= 1_000_000 ? $0 : nil }
    }
}
