internal import EventStream
internal import JSON

// The fast path: nearly every event of a stream is the next piece of the current text part, which only has to be copied.

extension StreamTranslator {
    /// The part that is being written, and what its events have in common.
    struct FlowingText: Sendable {
        let part: Part
        let partIndex: Int
        let outputIndex: Int?
        /// The item's id as it is written; empty if upstream does not send it.
        let itemID: [UInt8]
        var told: ToldText
    }

    /// Writes the next piece of the current text part. Returns false, without any effect, if the event is anything else or
    /// needs the slow path.
    mutating func flow(_ data: RawSpan, into output: inout [UInt8]) -> Bool {
        guard flowing != nil, let delta = TextDelta(data), let flowing, delta.continues(flowing, data),
            order.continues(with: delta.number)
        else { return false }
        let text = data.extracting(delta.text)
        guard !text.mayHaveSurrogates else { return false }
        order.take(next: delta.number)
        guard !delta.text.isEmpty else { return true }
        self.flowing?.told.note(text)
        writer.content(text, into: &output)
        return true
    }

    /// Lets the next deltas of a part take the fast path, if nothing has to be done with its text.
    mutating func flow(on part: Part, _ event: Value) {
        guard visible == nil, commentary.isEmpty, cutReason == nil, writer.takesPlainText,
            case .message(isCommentary: false) = items[part.item], let text = parts[part], text.told.flows,
            text.tokenCount == 0
        else { return }
        flowing = FlowingText(
            part: part, partIndex: part.partIndex, outputIndex: event["output_index"]?.integer,
            itemID: event["item_id"].map { Array($0.text) } ?? [], told: text.told)
    }

    /// Ends the fast path.
    mutating func settle() {
        guard let flowing = flowing.take() else { return }
        parts[flowing.part]?.told = flowing.told
    }
}

/// A `response.output_text.delta` event in its usual form: without log probabilities and without nested values.
private struct TextDelta {
    /// The range of the text in the event's data, with its escapes and without its quotes.
    private(set) var text = 0..<0
    /// The event's `sequence_number`.
    private(set) var number: Int?
    private var outputIndex: Int?
    private var partIndex = 0
    private var itemID = 0..<0

    /// Nil if the event is of another type or does not have this form.
    init?(_ data: RawSpan) {
        var isDelta = false
        var isUsual = true
        var (outputIndex, partIndex, number): (Int?, Int?, Int?) = (nil, 0, nil)
        var text: Range<Int>?
        var itemID = 0..<0
        let isFlat = FlatObject.read(data) { name, value, kind in
            switch name.byteCount {
            case 4 where name.reads("type"):
                isDelta = value.reads("\"response.output_text.delta\"")
                return isDelta ? .more : .stop
            case 5 where name.reads("delta"):
                guard kind == .string, let start = data.byteOffsets(of: value)?.lowerBound else { return .stop }
                text = start + 1..<start + value.byteCount - 1
            case 7 where name.reads("item_id"):
                itemID = data.byteOffsets(of: value) ?? itemID
            case 8 where name.reads("logprobs"):
                guard kind == .array || kind == .null else { return .stop }
            case 12 where name.reads("output_index"):
                outputIndex = value.index
                isUsual = isUsual && outputIndex != nil
            case 13 where name.reads("content_index"):
                partIndex = value.index
            case 15 where name.reads("sequence_number"):
                number = value.index
                isUsual = isUsual && number != nil
            default:
                break
            }
            return .more
        }
        guard isFlat, isDelta, isUsual, let text, let partIndex else { return nil }
        (self.text, self.number, self.outputIndex, self.partIndex, self.itemID) =
            (text, number, outputIndex, partIndex, itemID)
    }

    /// Whether the event belongs to the same part.
    func continues(_ flowing: StreamTranslator.FlowingText, _ data: RawSpan) -> Bool {
        outputIndex == flowing.outputIndex && partIndex == flowing.partIndex && itemID.count == flowing.itemID.count
            && data.extracting(itemID).withUnsafeBytes { $0.elementsEqual(flowing.itemID) }
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
