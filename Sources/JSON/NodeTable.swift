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

/// The nodes of a document, in the order in which their values begin.
///
/// In memory of its own rather than an array's, which asks at every turn whether somebody else has it too and whether an
/// index is inside. Here nobody has, and indices come from the table itself.
///
/// `@unchecked Sendable`: once the parser has filled it, it is only read.
struct NodeTable: ~Copyable, @unchecked Sendable {
    private var base: UnsafeMutablePointer<Node>
    private var capacity: Int
    private(set) var count = 0

    /// - Parameter capacity: how many nodes to make room for; more is found when needed.
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

    /// For walks, which then need not ask each time where the nodes are.
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
