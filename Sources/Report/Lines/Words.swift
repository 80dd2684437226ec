/// Iterates over the words of a line in the text format, up to the text that nginx appends.
struct Words {
    /// The ranges of a value in the line, and of its name if it has one.
    struct Word {
        var name: Range<Int>?
        var value: Range<Int>
    }

    private var position: Int
    private var hasEnded = false

    init(from start: Int) {
        position = start
    }

    mutating func next(in line: RawSpan) -> Word? {
        while position < line.byteCount, line[position] == UInt8(ascii: " ") { position += 1 }
        guard !hasEnded, position < line.byteCount else { return nil }
        let start = position
        if let value = quoted(line) { return Word(value: value) }
        while position < line.byteCount, line[position] != UInt8(ascii: " ") {
            if line[position] == UInt8(ascii: "="), position > start {
                let name = start..<position
                position += 1
                return Word(name: name, value: quoted(line) ?? plain(line, from: position))
            }
            position += 1
        }
        return Word(value: plain(line, from: start))
    }

    /// The range of a JSON string that begins at the current position; nil if there is none.
    private mutating func quoted(_ line: RawSpan) -> Range<Int>? {
        guard position < line.byteCount, line[position] == UInt8(ascii: "\"") else { return nil }
        var end = position + 1
        while end < line.byteCount, line[end] != UInt8(ascii: "\"") {
            end += line[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard end < line.byteCount else { return nil }
        defer { position = end + 1 }
        return position..<end + 1
    }

    /// The range up to the next space. A quote at its end is nginx's, and the rest of the line is not gpt-proxy's.
    private mutating func plain(_ line: RawSpan, from start: Int) -> Range<Int> {
        position = line.first(UInt8(ascii: " "), from: start) ?? line.byteCount
        guard position > start, line[position - 1] == UInt8(ascii: "\"") else { return start..<position }
        hasEnded = true
        return start..<position - 1
    }
}
