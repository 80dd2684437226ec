internal import EventStream
internal import JSON

// Text that flows: nearly every event of a stream is the next piece of the part that is being written, and asks for
// nothing but to be copied.

extension StreamTranslator {
    /// Hands on the next piece of the text that is being written. False: the event is something else, or more has to be
    /// known for it; nothing has been done.
    mutating func flow(_ data: RawSpan, into output: inout [UInt8]) -> Bool {
        guard let flowing, visible == nil, commentary.isEmpty, cutReason == nil, writer.takesPlainText,
            let delta = TextDelta(data), delta.part == flowing
        else { return false }
        if !delta.text.isEmpty { writer.content(data.extracting(delta.text), into: &output) }
        return true
    }
}

/// A `response.output_text.delta` event as it nearly always is: without probabilities, and with nothing nested.
private struct TextDelta {
    /// Where the text lies in the event's data, with its escapes and without its quotes.
    private(set) var text = 0..<0
    private(set) var part = StreamTranslator.Part(outputIndex: 0, partIndex: 0)

    /// Nil when the event is anything else, or not clearly this.
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
    /// The value of a few digits; nil of anything else.
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
