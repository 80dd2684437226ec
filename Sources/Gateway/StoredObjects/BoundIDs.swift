internal import EventStream
internal import JSON

/// Replaces upstream's ids of stored objects with the caller's in a response, and leaves all other bytes unchanged.
///
/// The ids are read where the API has them. They are then replaced wherever they occur as a whole string, because many events
/// name the item that they belong to.
struct BoundIDs {
    private let ids: StoredIDs
    /// The replacements of the known ids, both with their quotes.
    private var replacements: [ArraySlice<UInt8>: [UInt8]] = [:]

    init(_ ids: StoredIDs) {
        self.ids = ids
    }

    /// A whole body with the caller's ids.
    static func apply(_ ids: StoredIDs, to document: Document) -> [UInt8] {
        var bound = BoundIDs(ids)
        bound.learn(document.root)
        var bytes = document.bytes
        bound.apply(to: &bytes, from: 0)
        return bytes
    }

    /// Bytes with the caller's ids in place of those in a response.
    func applied(to bytes: [UInt8], of response: Value) -> [UInt8] {
        var (bound, bytes) = (self, bytes)
        bound.learn(response)
        bound.apply(to: &bytes, from: 0)
        return bytes
    }

    /// Learns the ids in an event.
    mutating func learn(_ name: RawSpan, _ data: RawSpan) {
        // A delta names an item that an earlier event has added.
        guard !name.namesDelta, let root = try? Document(parsing: data.withUnsafeBytes { Array($0) }).root else {
            return
        }
        if let response = root["response"] { learn(response) }
        if let item = root["item"] { learn(id: item["id"]) }
    }

    /// Learns the ids in an object of the API: a response, a conversation, an item, or a list of items.
    private mutating func learn(_ object: Value) {
        learn(id: object["id"])
        learn(id: object["previous_response_id"])
        if let conversation = object["conversation"] { learn(id: conversation["id"] ?? conversation) }
        for list in [object["output"], object["data"]] {
            for item in list?.elements ?? .empty { learn(id: item["id"]) }
        }
    }

    private mutating func learn(id value: Value?) {
        guard let value, value.text.count <= Self.longest, replacements[value.text] == nil, let id = value.string else {
            return
        }
        var bound = Writer(reservingCapacity: 128)
        bound.string(ids.bound(id))
        replacements[ArraySlice(Array(value.text))] = bound.bytes
    }

    /// The longest id that is replaced, in bytes, with its quotes. Upstream's own have up to 64.
    private static let longest = 256

    /// Replaces the known ids in the bytes from `start` on. Looks at each string once, however many ids are known.
    func apply(to bytes: inout [UInt8], from start: Int) {
        guard !replacements.isEmpty else { return }
        var replaced: [UInt8] = []
        var copied = start
        var rest = bytes[start...]
        while let quote = rest.firstIndex(of: UInt8(ascii: "\"")) {
            let end = Self.stringEnd(in: bytes, from: quote + 1)
            if end - quote <= Self.longest, let bound = replacements[bytes[quote..<end]] {
                replaced += bytes[copied..<quote]
                replaced += bound
                copied = end
            }
            rest = bytes[end...]
        }
        guard copied > start else { return }
        replaced += bytes[copied...]
        bytes.replaceSubrange(start..., with: replaced)
    }

    /// The offset after a string's closing quote, or after the line: a string of JSON never continues on the next line.
    private static func stringEnd(in bytes: [UInt8], from start: Int) -> Int {
        var offset = start
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""), UInt8(ascii: "\n"): return offset + 1
            case UInt8(ascii: "\\"): offset += 2
            default: offset += 1
            }
        }
        return bytes.count
    }
}
