/// The position of a value in the bytes. A container's node is followed by those of its children; a member has two nodes,
/// name and value.
struct Node: Sendable {
    /// Offset of the value's first byte; for a string, the opening quote.
    var start: UInt32
    /// Offset after the value's last byte.
    var end: UInt32
    /// Index of the node after this value and all of its children. While the parser is inside a container: index of the
    /// enclosing container.
    var next: UInt32
    var kind: Value.Kind
    /// Whether this is a string with a backslash in it.
    var hasEscapes: Bool
}

/// The nodes of a document, in the order in which their values begin.
///
/// Uses its own memory, because an array checks at each access whether its storage is shared and whether the index is in
/// range. Here the storage is never shared, and indices come from the table.
///
/// `@unchecked Sendable`: once the parser has filled it, it is only read.
struct NodeTable: ~Copyable, @unchecked Sendable {
    private var base: UnsafeMutablePointer<Node>
    private var capacity: Int
    private(set) var count = 0

    /// - Parameter capacity: the initial number of nodes; the table grows when needed.
    init(capacity: Int) {
        self.capacity = max(capacity, 1)
        base = .allocate(capacity: self.capacity)
    }

    deinit {
        base.deallocate()
    }

    subscript(index: Int) -> Node {
        get { base[index] }
        _modify { yield &base[index] }
    }

    /// For loops over nodes, which then do not load the base address for each node.
    @inline(__always)
    func withNodes<Result>(_ walk: (UnsafePointer<Node>) -> Result) -> Result {
        walk(UnsafePointer(base))
    }

    @inline(__always)
    mutating func append(_ node: Node) {
        if count == capacity { grow() }
        (base + count).initialize(to: node)
        count += 1
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Node>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: base, count: count)
        base.deallocate()
        base = larger
        capacity *= 2
    }
}
