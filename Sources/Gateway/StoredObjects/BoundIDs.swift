internal import EventStream
internal import JSON

/// Replaces upstream's ids of stored objects with the caller's in a response, and leaves all other bytes unchanged.
///
/// The ids are read where the API has them. They are then replaced wherever they occur as a whole string, because many events
/// name the item that they belong to.
struct BoundIDs {
    private let ids: StoredIDs
    private var known: Set<String> = []
    /// The quoted ids with their replacements.
    private var replacements: [(original: [UInt8], bound: [UInt8])] = []

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
        guard let value, let id = value.string, known.insert(id).inserted else { return }
        var bound = Writer(reservingCapacity: 128)
        bound.string(ids.bound(id))
        replacements.append((Array(value.text), bound.bytes))
    }

    /// Replaces the known ids in the bytes from `start` on.
    func apply(to bytes: inout [UInt8], from start: Int) {
        for (original, bound) in replacements {
            var rest = start
            while let found = bytes.firstOffset(of: original, from: rest) {
                bytes.replaceSubrange(found..<found + original.count, with: bound)
                rest = found + bound.count
            }
        }
    }
}

extension [UInt8] {
    /// The offset of the first occurrence of a pattern at or after `start`.
    fileprivate func firstOffset(of pattern: [UInt8], from start: Int) -> Int? {
        guard count - start >= pattern.count, let first = pattern.first else { return nil }
        return withUnsafeBytes { bytes in
            // Compares eight bytes at once: most strings begin with a quote.
            guard pattern.count >= MemoryLayout<UInt64>.size else {
                return (start...bytes.count - pattern.count).first {
                    bytes[$0] == first && bytes[$0..<$0 + pattern.count].elementsEqual(pattern)
                }
            }
            let beginning = pattern.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
            return (start...bytes.count - pattern.count).first {
                bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self) == beginning
                    && bytes[$0..<$0 + pattern.count].elementsEqual(pattern)
            }
        }
    }
}
