/// The values of an array, in order.
public struct Elements: Sequence, IteratorProtocol, Sendable {
    private let storage: Storage?
    private var index: Int
    private let end: Int

    private init() {
        storage = nil
        index = 0
        end = 0
    }

    init(of value: Value) {
        storage = value.storage
        index = value.index + 1
        end = value.kind == .array ? Int(value.node.next) : index
    }

    /// No values.
    public static let empty = Elements()

    public mutating func next() -> Value? {
        guard index < end, let storage else { return nil }
        defer { index = Int(storage.nodes[index].next) }
        return Value(storage: storage, index: index)
    }
}

/// The members of an object, in the order of the document.
public struct Members: Sequence, IteratorProtocol, Sendable {
    private let storage: Storage
    private var index: Int
    private let end: Int

    init(of value: Value) {
        storage = value.storage
        index = value.index + 1
        end = value.kind == .object ? Int(value.node.next) : index
    }

    public mutating func next() -> Member? {
        guard index < end else { return nil }
        let member = Member(
            nameValue: Value(storage: storage, index: index), value: Value(storage: storage, index: index + 1))
        index = Int(storage.nodes[index + 1].next)
        return member
    }
}

/// A name and a value in an object.
public struct Member: Sendable {
    /// The name as a string value of the document.
    public let nameValue: Value
    /// The value of the member.
    public let value: Value

    /// The name, decoded.
    public var name: String { nameContents.decoded }

    /// The name as it is written between its quotes.
    public var nameContents: StringContents {
        nameValue.storage.stringContents(nameValue.node)
    }
}

extension Value {
    /// The values of an array; empty for other kinds.
    public var elements: Elements { Elements(of: self) }

    /// The members of an object; empty for other kinds.
    public var members: Members { Members(of: self) }

    /// Whether this is an empty array or object.
    public var isEmptyContainer: Bool {
        (kind == .array || kind == .object) && Int(node.next) == index + 1
    }

    /// The first member that has the same name as an earlier one (escapes decoded); nil if all names differ.
    public var duplicateMember: Member? {
        // Most requests have fewer members.
        var seen = Set<StringContents>(minimumCapacity: 12)
        for member in members where !seen.insert(member.nameContents).inserted { return member }
        return nil
    }
}
