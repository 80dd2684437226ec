/// A JSON text (RFC 8259), validated once into a flat table of nodes over its own bytes.
///
/// For programs that pass on JSON from others. Nothing is converted: objects keep the order of their members, numbers stay
/// text, strings stay slices that are decoded only on request, and values are copied byte for byte. To build new JSON from
/// its parts, see ``Writer``. A document cannot be modified.
public struct Document: Sendable {
    let storage: Storage

    /// Validates a JSON text.
    ///
    /// - Parameters:
    ///   - bytes: the text in UTF-8, less than 4 GiB. A byte order mark before it is skipped (RFC 8259, section 8.1).
    ///   - maximumDepth: the maximum nesting of arrays and objects, at least 1.
    ///   - maximumCount: the maximum number of values and names. A text that consists of little else takes eight times its
    ///     size in memory.
    /// - Throws: ``ParseError``, which contains the error and its position.
    public init(parsing bytes: [UInt8], maximumDepth: Int = 64, maximumCount: Int = .max) throws(ParseError) {
        guard bytes.count < UInt32.max else { throw ParseError(.tooLarge, at: Int(UInt32.max)) }
        storage = try bytes.withUnsafeBufferPointer { buffer throws(ParseError) in
            var parser = Parser(byteCount: buffer.count, maximumDepth: maximumDepth, maximumCount: maximumCount)
            try parser.parse(buffer)
            return Storage(bytes: bytes, nodes: parser.nodes)
        }
    }

    /// The unchanged text.
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

    /// Whether a string is equal to `text`.
    func string(_ node: Node, reads text: StaticString) -> Bool {
        string(node, reads: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// The index of the value of an object's member with that name; of several, the last.
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

    /// Compares the lengths first, which nearly always differ.
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
    /// Whether another buffer of the same length holds the same bytes. Without an early exit, the compiler vectorises the
    /// loop.
    @inline(__always)
    func isEqual(to other: UnsafeBufferPointer<UInt8>) -> Bool {
        var difference: UInt8 = 0
        for index in indices { difference |= self[index] ^ other[index] }
        return difference == 0
    }
}
