extension Plan {
    /// A word that is not a directive, or has an invalid value. Rejected rather than ignored: a test with a misspelled
    /// directive would pass for the wrong reason.
    struct UnknownWord: Error, Equatable {
        let word: String
    }

    /// Adds the directives in the words, which are separated by spaces.
    mutating func add(words: some StringProtocol) throws(UnknownWord) {
        var rest = words[...].drop { $0 == " " }
        while !rest.isEmpty {
            if rest.hasPrefix("text=") {
                text = String(rest.dropFirst("text=".count))
                return
            }
            let word = rest.prefix { $0 != " " }
            try add(word: String(word))
            rest = rest[word.endIndex...].drop { $0 == " " }
        }
    }

    private mutating func add(word: String) throws(UnknownWord) {
        let parts = word.split(separator: "=", maxSplits: 1)
        let number = parts.count == 2 ? Int(parts[1]).flatMap { $0 >= 0 ? $0 : nil } : nil
        switch (parts.first, number) {
        case ("hang", nil) where parts.count == 1: refusal = .hang
        case ("cut-head", nil) where parts.count == 1: refusal = .cutHead
        case ("garbage", nil) where parts.count == 1: refusal = .garbage
        case ("no-terminal", nil) where parts.count == 1: stop = .beforeTerminal
        case ("html", nil) where parts.count == 1: isHTML = true
        case ("error-event", nil) where parts.count == 1: hasErrorEvent = true
        case ("unseal-fails", nil) where parts.count == 1: unsealFails = true
        case ("play", _) where parts.count == 2: play = String(parts[1])
        case ("call", _) where parts.count == 2: call = String(parts[1])
        case ("refuse", _) where parts.count == 2: refused = String(parts[1])
        case ("missing", _) where parts.count == 2: missing = Set(parts[1].split(separator: ",").map(String.init))
        case ("cut", let count?): stop = .cut(after: count)
        case ("stall", let count?): stop = .stall(after: count)
        case ("status", let code?) where (200...599).contains(code): status = code
        case ("retry-after", let seconds?): retryAfter = seconds
        case ("limits", let count?) where count <= 100: limitHeaders = count
        case ("delay", let milliseconds?): delay = milliseconds
        case ("pace", let milliseconds?): pace = milliseconds
        case ("deltas", let count?): deltas = count
        case ("size", let count?): size = count
        case ("times", let count?): times = count
        default: throw UnknownWord(word: word)
        }
    }
}
