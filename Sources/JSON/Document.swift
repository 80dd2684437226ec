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
    /// - Throws: ``ParseError``, which says what is wrong and where.
    public init(parsing bytes: [UInt8], maximumDepth: Int = 64) throws(ParseError) {
        guard bytes.count < UInt32.max else { throw ParseError(.tooLarge, at: Int(UInt32.max)) }
        var parser = Parser(byteCount: bytes.count, maximumDepth: maximumDepth)
        try bytes.withUnsafeBufferPointer { buffer throws(ParseError) in try parser.parse(buffer) }
        storage = Storage(bytes: bytes, nodes: parser.nodes)
    }

    /// The text as it was given.
    public var bytes: [UInt8] { storage.bytes }

    /// The outermost value.
    public var root: Value { Value(storage: storage, index: 0) }
}

/// The bytes and the table that all values of a document share.
final class Storage: Sendable {
    let bytes: [UInt8]
    let nodes: [Node]

    init(bytes: [UInt8], nodes: [Node]) {
        self.bytes = bytes
        self.nodes = nodes
    }

    func stringContents(_ node: Node) -> StringContents {
        StringContents(bytes: bytes[Int(node.start) + 1..<Int(node.end) - 1], hasEscapes: node.hasEscapes)
    }

    /// Whether a string's text is `text`. Its length mostly says no before a slice is made.
    func string(_ node: Node, reads text: StaticString) -> Bool {
        guard node.hasEscapes || Int(node.end - node.start) == text.utf8CodeUnitCount + 2 else { return false }
        return stringContents(node) == text
    }
}

/// One value's place in the bytes. A container's node is followed by those of its children, a member being two: name
/// and value.
struct Node: Sendable {
    /// Offset of the value's first byte; of a string, the opening quote.
    var start: UInt32
    /// Offset after the value's last byte.
    var end: UInt32
    /// Index of the node after this value and all in it. While the parser is inside a container: of the one around it.
    var next: UInt32
    var kind: Value.Kind
    /// A string with at least one backslash in it.
    var hasEscapes: Bool
}
