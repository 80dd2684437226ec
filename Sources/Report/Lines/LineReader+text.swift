/// Reads lines of `LOG_FORMAT=text`: a time, a status, a method and a route, then `name=value` pairs and single words. A value
/// is a JSON string if it would be ambiguous otherwise.
extension LineReader {
    /// The length of the beginning of a line: `2026-11-24T10:00:00.123Z 200 `.
    private static let timeLength = 24
    private static let beginningLength = 29

    /// The offset of a gpt-proxy line after another program's prefix; nil if there is none.
    static func textStart(in line: RawSpan) -> Int? {
        var position = 0
        while let zulu = line.first(UInt8(ascii: "Z"), from: position) {
            let start = zulu + 1 - timeLength
            if isBeginning(line, at: start) { return start }
            position = zulu + 1
        }
        return nil
    }

    private static func isBeginning(_ line: RawSpan, at start: Int) -> Bool {
        guard start >= 0, start + beginningLength <= line.byteCount,
            line[start + timeLength - 1] == UInt8(ascii: "Z"), line[start + timeLength] == UInt8(ascii: " "),
            line[start + beginningLength - 1] == UInt8(ascii: " ")
        else { return false }
        return (start + timeLength + 1..<start + beginningLength - 1).allSatisfy { (48..<58).contains(line[$0]) }
            && Moment.read(line, at: start) != nil
    }

    /// - Returns: nil if no request line begins there.
    static func readText(_ line: RawSpan, at start: Int, _ request: (RequestLine, RawSpan) -> Void) -> Outcome? {
        guard isBeginning(line, at: start), let time = Moment.read(line, at: start) else { return nil }
        var words = Words(from: start + timeLength + 1)
        var read = RequestLine()
        read.time = time
        read.status = words.next(in: line).flatMap { line.extracting($0.value).number } ?? 0
        _ = words.next(in: line)
        read.route = words.next(in: line)?.value
        var sent: Range<Int>?
        while let word = words.next(in: line) { take(word, of: line, &read, &sent) }
        read.model = sent ?? read.model
        guard read.isWhole else { return .damaged }
        request(read, line)
        return .request
    }

    private static func take(
        _ word: Words.Word, of line: RawSpan, _ read: inout RequestLine, _ sent: inout Range<Int>?
    ) {
        let value = line.extracting(word.value)
        guard let place = word.name else {
            if value.reads("client_left") { read.clientLeft = true }
            return
        }
        let name = line.extracting(place)
        // If a name occurs twice, the first is genuine: versions that did not quote values let a client append text.
        if name.reads("caller") {
            read.caller = read.caller ?? word.value
        } else if name.reads("model") {
            read.model = read.model ?? word.value
        } else if name.reads("sent") {
            sent = sent ?? word.value
        } else if name.reads("retries") {
            read.retries = value.number ?? 0
        } else if name.reads("tokens"), read.tokens == Tokens() {
            read.tokens = tokens(line, from: word.value.lowerBound) ?? Tokens()
        } else if name.reads("cache_write"), read.tokens.sum > 0, read.tokens.cacheWritten == 0 {
            read.tokens.cacheWritten = value.number ?? 0
        } else if name.reads("tier") {
            read.tier = read.tier ?? word.value
        } else if name.reads("seen") {
            read.outputTokensSeen = value.number ?? 0
        } else if name.reads("first_byte") {
            read.firstByte = read.firstByte ?? milliseconds(value)
        } else if name.reads("took") {
            read.duration = read.duration ?? milliseconds(value)
        } else if name.reads("error") {
            read.error = read.error ?? word.value
        }
    }

    private static func milliseconds(_ value: RawSpan) -> Int? {
        var position = 0
        guard let number = value.number(at: &position), value.extracting(position..<value.byteCount).reads("ms") else {
            return nil
        }
        return number
    }

    /// `8(2 cached)+15(5 reasoning)`.
    private static func tokens(_ line: RawSpan, from start: Int) -> Tokens? {
        var position = start
        func pass(_ text: StaticString) -> Bool {
            guard line.hasPrefix(text, at: position) else { return false }
            position += text.utf8CodeUnitCount
            return true
        }
        guard let input = line.number(at: &position), pass("("), let cached = line.number(at: &position),
            pass(" cached)+"), let output = line.number(at: &position), pass("("),
            let reasoning = line.number(at: &position), pass(" reasoning)")
        else { return nil }
        return Tokens(input: input, cached: cached, output: output, reasoning: reasoning)
    }
}
