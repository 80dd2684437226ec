internal import EventStream
internal import JSON

// The fast path: nearly every event of a stream is the next piece of the current text part, which only has to be copied.

extension StreamTranslator {
    /// Writes the next piece of the current text part. Returns false, without any effect, if the event is anything else or
    /// needs the slow path.
    mutating func flow(_ data: RawSpan, into output: inout [UInt8]) -> Bool {
        guard let flowing, visible == nil, commentary.isEmpty, cutReason == nil, writer.takesPlainText,
            let delta = TextDelta(data), delta.part == flowing
        else { return false }
        if !delta.text.isEmpty { writer.content(data.extracting(delta.text), into: &output) }
        return true
    }
}

/// A `response.output_text.delta` event in its usual form: without log probabilities and without nested values.
private struct TextDelta {
    /// The range of the text in the event's data, with its escapes and without its quotes.
    private(set) var text = 0..<0
    private(set) var part = StreamTranslator.Part(outputIndex: 0, partIndex: 0)

    /// Nil if the event is of another type or does not have this form.
    init?(_ data: RawSpan) {
        var isDelta = false
        var (outputIndex, partIndex): (Int?, Int?) = (0, 0)
        var text: Range<Int>?
        let isFlat = FlatObject.read(data) { name, value, kind in
            switch name.byteCount {
            case 4 where name.reads("type"):
                isDelta = value.reads("\"response.output_text.delta\"")
                return isDelta ? .more : .stop
            case 5 where name.reads("delta"):
                guard kind == .string, let start = data.byteOffsets(of: value)?.lowerBound else { return .stop }
                text = start + 1..<start + value.byteCount - 1
            case 8 where name.reads("logprobs"):
                guard kind == .array || kind == .null else { return .stop }
            case 12 where name.reads("output_index"):
                outputIndex = value.index
            case 13 where name.reads("content_index"):
                partIndex = value.index
            default:
                break
            }
            return .more
        }
        guard isFlat, isDelta, let text, let outputIndex, let partIndex else { return nil }
        self.text = text
        part = StreamTranslator.Part(outputIndex: outputIndex, partIndex: partIndex)
    }
}

extension RawSpan {
    /// The value of one to nine digits; nil for anything else.
    fileprivate var index: Int? {
        guard (1...9).contains(byteCount) else { return nil }
        return withUnsafeBytes { bytes in
            var value = 0
            for byte in bytes {
                let digit = Int(byte) - Int(UInt8(ascii: "0"))
                guard (0..<10).contains(digit) else { return nil }
                value = value * 10 + digit
            }
            return value
        }
    }
}
