/// A JSON text (RFC 8259), validated once into a flat table of nodes over its own bytes.
///
/// Made for programs that pass other people's data on: nothing is converted. Objects keep the order of their members,
/// numbers stay text, strings stay slices that are decoded only when someone asks, and what is not looked at is copied
/// byte for byte. To build new JSON of its parts, see ``Writer``. It does not modify documents.
public struct Document: Sendable {
    let storage: Storage

    /// Validates a JSON text.
    ///
    /// - Parameters:
    ///   - bytes: the text in UTF-8, less than 4 GiB. A byte order mark before it is passed over (RFC 8259, section
    ///     8.1).
    ///   - maximumDepth: how deep arrays and objects may be nested, from 1 up.
    ///   - maximumCount: how many values and names there may be. A text of little else takes eight times its size in memory.
    /// - Throws: ``ParseError``, which says what is wrong and where.
    public init(parsing bytes: [UInt8], maximumDepth: Int = 64, maximumCount: Int = .max) throws(ParseError) {
        guard bytes.count < UInt32.max else { throw ParseError(.tooLarge, at: Int(UInt32.max)) }
        storage = try bytes.withUnsafeBufferPointer { buffer throws(ParseError) in
            var parser = Parser(byteCount: buffer.count, maximumDepth: maximumDepth, maximumCount: maximumCount)
            try parser.parse(buffer)
            return Storage(bytes: bytes, nodes: parser.nodes)
        }
    }

    /// The text as it was given.
    public var bytes: [UInt8] { storage.bytes }

    /// The outermost value.
    public var root: Value { Value(storage: storage, index: 0) }
}

/// The bytes and the table that all values of a document share.
final class Storage: Sendable {
    let bytes: [UInt8]
    let nodes: NodeTable

    init(bytes: [UInt8], nodes: consuming NodeTable) {
        self.bytes = bytes
        self.nodes = nodes
    }

    func stringContents(_ node: Node) -> StringContents {
        StringContents(bytes: bytes[Int(node.start) + 1..<Int(node.end) - 1], hasEscapes: node.hasEscapes)
    }

    /// Whether a string's text is `text`.
    func string(_ node: Node, reads text: StaticString) -> Bool {
        string(node, reads: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// The index of the value of the member of that name in an object; of several, the last.
    func member(_ name: StaticString, of object: Node, at index: Int) -> Int? {
        let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        let end = Int(object.next)
        return nodes.withNodes { nodes in
            var found: Int?
            var index = index + 1
            while index < end {
                if string(nodes[index], reads: name) { found = index + 1 }
                index = Int(nodes[index + 1].next)
            }
            return found
        }
    }

    /// Mostly the length says no.
    @inline(__always)
    private func string(_ node: Node, reads text: UnsafeBufferPointer<UInt8>) -> Bool {
        let hasLength = Int(node.end - node.start) == text.count + 2
        guard hasLength || node.hasEscapes else { return false }
        return compare(node, text)
    }

    private func compare(_ node: Node, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if node.hasEscapes { return stringContents(node).decodes(to: text) }
        return bytes.withUnsafeBufferPointer { bytes in
            UnsafeBufferPointer(rebasing: bytes[Int(node.start) + 1..<Int(node.end) - 1]).isEqual(to: text)
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether another buffer of the same length holds the same bytes. Without a way out of the loop the compiler takes
    /// many at a time.
    @inline(__always)
    func isEqual(to other: UnsafeBufferPointer<UInt8>) -> Bool {
        var difference: UInt8 = 0
        for index in indices { difference |= self[index] ^ other[index] }
        return difference == 0
    }
}
