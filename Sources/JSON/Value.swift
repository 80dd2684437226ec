/// One value of a ``Document``: a position in its bytes, which is cheap to copy. It keeps the document alive.
public struct Value: Sendable {
    /// The kind of a value. `true` and `false` are separate kinds, as in the grammar.
    public enum Kind: UInt8, Sendable {
        /// RFC 8259's values (section 3), with a separate case for each literal name.
        case null, `true`, `false`, number, string, array, object
    }

    let storage: Storage
    let index: Int

    init(storage: Storage, index: Int) {
        self.storage = storage
        self.index = index
    }

    var node: Node { storage.nodes[index] }

    /// The kind of the value.
    public var kind: Kind { node.kind }

    /// Whether this is `null`.
    public var isNull: Bool { kind == .null }

    /// The value's text as it is in the document, without the white space around it.
    public var text: ArraySlice<UInt8> {
        let node = node
        return storage.bytes[Int(node.start)..<Int(node.end)]
    }

    /// The offset of the value's first byte in the document.
    public var offset: Int { Int(node.start) }

    /// The Boolean value; nil for other kinds.
    public var bool: Bool? {
        switch kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// The number, if it is written as an integer (no fraction, no exponent) and fits.
    public var integer: Int? {
        guard kind == .number else { return nil }
        return text.integer
    }

    /// The number as text, digit for digit as it was written; nil for other kinds.
    public var numberText: String? {
        guard kind == .number else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    /// The string with its escapes decoded; nil for other kinds. A lone surrogate, which Swift's strings cannot hold,
    /// becomes U+FFFD here; ``stringContents`` keeps it.
    public var string: String? { stringContents?.decoded }

    /// The string as it is written between its quotes; nil for other kinds.
    public var stringContents: StringContents? {
        let node = node
        guard node.kind == .string else { return nil }
        return storage.stringContents(node)
    }

    /// Whether this is a string that is equal to `other`.
    public func isString(_ other: StaticString) -> Bool {
        let node = node
        return node.kind == .string && storage.string(node, reads: other)
    }

    /// The value of the member with that name; nil if there is none or if this is not an object. Of members with the same
    /// name, the last, as most JSON parsers do.
    public subscript(name: StaticString) -> Value? {
        let node = node
        guard node.kind == .object, let member = storage.member(name, of: node, at: index) else { return nil }
        return Value(storage: storage, index: member)
    }

    /// Like the subscript, but also nil if the member is `null`: for fields in which both mean "not given".
    public func given(_ name: StaticString) -> Value? {
        guard let value = self[name], !value.isNull else { return nil }
        return value
    }
}

extension ArraySlice<UInt8> {
    /// The value of decimal digits with an optional minus sign; nil for anything else, and if it does not fit.
    fileprivate var integer: Int? {
        let isNegative = first == UInt8(ascii: "-")
        var value = 0
        for byte in isNegative ? dropFirst() : self {
            let digit = Int(byte) - Int(UInt8(ascii: "0"))
            guard (0..<10).contains(digit) else { return nil }
            let (tenfold, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = tenfold.addingReportingOverflow(isNegative ? -digit : digit)
            guard !isTooLarge, !overflows else { return nil }
            value = sum
        }
        return value
    }
}
