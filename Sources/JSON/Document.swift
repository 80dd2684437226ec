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
    ///   - bytes: the text in UTF-8; a byte order mark before it is passed over (RFC 8259, section 8.1). Less than 4 GiB.
    ///   - maximumDepth: how deep arrays and objects may be nested, from 1 up.
    /// - Throws: ``ParseError``, which names the offset of the first byte at fault.
    public init(parsing bytes: [UInt8], maximumDepth: Int = 64) throws(ParseError) {
        guard bytes.count < UInt32.max else { throw ParseError(.tooLarge, at: Int(UInt32.max)) }
        var parser = Parser(byteCount: bytes.count, maximumDepth: maximumDepth)
        var failure: ParseError?
        bytes.withUnsafeBufferPointer { buffer in
            do throws(ParseError) { try parser.parse(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
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
}

/// One value's place in the bytes. A container's node is followed by those of its children, a member being two: name and
/// value.
struct Node: Sendable {
    /// Offset of the value's first byte; of a string, the opening quote.
    var start: UInt32
    /// Offset after the value's last byte.
    var end: UInt32
    /// Index of the node after this value and all in it.
    var next: UInt32
    var kind: Value.Kind
    /// A string with at least one backslash in it.
    var hasEscapes: Bool
}
