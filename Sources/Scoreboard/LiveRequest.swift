/// A live request in a snapshot. Its texts are truncated to 96 bytes.
public struct LiveRequest: Sendable {
    /// The request's id in the logs.
    public let requestID: String
    /// The caller's label; never the key.
    public let caller: String
    /// The route's pattern, such as `/v1/models/{id}`.
    public let route: String
    /// The model in the request to upstream; empty if there is none.
    public let model: String
    /// The request's HTTP method.
    public let method: String
    /// When the request began, in seconds since 1970.
    public let startTime: Double
    /// The time from the start of the request to the first byte of the response, in seconds; nil before that.
    public let firstByte: Double?
    /// The number of output tokens so far.
    public let outputTokens: Int
}

// In a file, a request has four words: its start time, the time to its first byte, its tokens, and the lengths of its texts
// with 8 bits each. The texts follow, each padded to whole words.
extension LiveRequest {
    private static let textCount = 5
    private static let longestText: UInt64 = 96

    /// Appends a request in the file format, unless it has no description yet.
    static func write(_ slot: RequestSlot, to words: inout [UInt64]) {
        guard let description = slot.description else { return }
        let texts = [
            description.requestID, description.caller, description.route, description.model, description.method,
        ].map { $0.utf8.prefix(Int(longestText)) }
        words += [slot.startTime, slot.firstByte, slot.outputTokens]
        words.append(texts.reversed().reduce(0) { $0 << 8 | UInt64($1.count) })
        for text in texts { words.append(packing: text) }
    }

    /// Reads the requests of a section in a file, which may have any contents.
    static func read(_ words: ArraySlice<UInt64>) -> [LiveRequest] {
        var exchanges: [LiveRequest] = []
        var rest = words
        while exchanges.count < Layout.requestSlotCount, rest.count >= 4 {
            let head = Array(rest.prefix(4))
            rest = rest.dropFirst(4)
            let texts = (0..<textCount).map { index in
                let length = Int(min(longestText, head[3] >> UInt64(8 * index) & 0xFF))
                defer { rest = rest.dropFirst(length.wordsForBytes) }
                return String(decoding: rest.unpacked(length), as: UTF8.self)
            }
            exchanges.append(LiveRequest(head, texts))
        }
        return exchanges
    }

    private init(_ head: [UInt64], _ texts: [String]) {
        (requestID, caller, route, model, method) = (texts[0], texts[1], texts[2], texts[3], texts[4])
        startTime = Double(head[0]) / 1e9
        firstByte = head[1] == 0 ? nil : Double(head[1]) / 1e9
        outputTokens = Layout.count(head[2])
    }
}
