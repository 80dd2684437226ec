internal import Presentation

/// The kinds of tokens that plots distinguish.
enum TokenPart: CaseIterable {
    case cached, input, output

    var style: String {
        switch self {
        case .cached: "faint"
        case .input: "half"
        case .output: "full"
        }
    }

    var mark: Figure.Mark {
        switch self {
        case .cached: Figure.Mark(style: style, name: "cached input")
        case .input: Figure.Mark(style: style, name: "other input")
        case .output: Figure.Mark(style: style, name: "output")
        }
    }

    func count(of tokens: Tokens) -> Double {
        switch self {
        case .cached: Double(min(tokens.cached, tokens.input))
        case .input: Double(max(0, tokens.input - tokens.cached))
        case .output: Double(tokens.output)
        }
    }
}

extension Tokens {
    /// A short description.
    var words: String {
        let written = cacheWritten > 0 ? ", \(Decimals.grouped(cacheWritten)) written to the cache" : ""
        return "\(Decimals.grouped(input)) input (\(Decimals.grouped(cached)) cached\(written)), "
            + "\(Decimals.grouped(output)) output"
    }
}
