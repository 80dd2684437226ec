/// Writes JSON, compactly, from new values and from parts of documents, which are copied as they stand.
///
/// Commas and colons are the writer's; that names are followed by values, and brackets closed, is ensured by taking
/// closures for what is inside.
public struct Writer: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    public init(reservingCapacity capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    /// An object; `members` writes them with ``member(_:_:)-(StaticString,_)`` and its kin.
    public mutating func object<Failure: Error>(_ members: (inout Writer) throws(Failure) -> Void) throws(Failure) {
        try container(UInt8(ascii: "{"), UInt8(ascii: "}"), members)
    }

    /// An array; `elements` writes its values one after the other.
    public mutating func array<Failure: Error>(_ elements: (inout Writer) throws(Failure) -> Void) throws(Failure) {
        try container(UInt8(ascii: "["), UInt8(ascii: "]"), elements)
    }

    private mutating func container<Failure: Error>(
        _ opening: UInt8, _ closing: UInt8, _ contents: (inout Writer) throws(Failure) -> Void
    ) throws(Failure) {
        separate()
        bytes.append(opening)
        needsComma = false
        try contents(&self)
        bytes.append(closing)
        needsComma = true
    }

    /// A value copied from a document, byte for byte.
    public mutating func value(_ value: Value) {
        separate()
        bytes.append(contentsOf: value.text)
    }

    public mutating func string(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.appendEscaped(text)
        bytes.append(UInt8(ascii: "\""))
    }

    /// A string made of pieces, which are joined.
    public mutating func string(_ pieces: (inout StringPieces) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        var string = StringPieces(bytes: exchange(&bytes, with: []))
        pieces(&string)
        bytes = string.bytes
        bytes.append(UInt8(ascii: "\""))
    }

    public mutating func integer(_ number: Int) {
        separate()
        bytes.append(contentsOf: String(number).utf8)
    }

    public mutating func bool(_ truth: Bool) {
        separate()
        bytes.append(contentsOf: truth ? "true".utf8 : "false".utf8)
    }

    public mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// A member's name; its value must follow.
    public mutating func name(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A member's name that is not known beforehand; its value must follow.
    public mutating func name(text: String) {
        string(text)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// The comma between what was written last and what comes now.
    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}

/// The pieces of one string: new text, and what other strings have between their quotes.
public struct StringPieces: Sendable {
    fileprivate var bytes: [UInt8]

    /// Text, escaped where it must be.
    public mutating func append(_ text: String) {
        bytes.appendEscaped(text)
    }

    /// The contents of a string of a document, as they are written there.
    public mutating func append(_ contents: StringContents) {
        bytes.append(contentsOf: contents.bytes)
    }
}

extension [UInt8] {
    /// Escapes what RFC 8259 section 7 says must be, and no more.
    fileprivate mutating func appendEscaped(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case UInt8(ascii: "\n"): append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): append(contentsOf: "\\t".utf8)
            case 0..<0x20:
                append(contentsOf: byte < 0x10 ? "\\u000".utf8 : "\\u001".utf8)
                append(contentsOf: String(byte & 0xF, radix: 16).utf8)
            default: append(byte)
            }
        }
    }
}

/// Puts a new value in a variable's place and returns the old one, without a copy.
private func exchange<T>(_ variable: inout T, with new: consuming T) -> T {
    swap(&variable, &new)
    return new
}

extension Writer {
    /// A member copied from a document, name and value as they are written there.
    public mutating func member(_ member: Member) {
        value(member.nameValue)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
        value(member.value)
    }

    public mutating func member(_ name: StaticString, _ contents: StringContents) {
        self.name(name)
        string { $0.append(contents) }
    }

    public mutating func member(_ name: StaticString, _ value: Value) {
        self.name(name)
        self.value(value)
    }

    public mutating func member(_ name: StaticString, _ text: String) {
        self.name(name)
        string(text)
    }

    public mutating func member(_ name: StaticString, _ number: Int) {
        self.name(name)
        integer(number)
    }

    public mutating func member(_ name: StaticString, _ truth: Bool) {
        self.name(name)
        bool(truth)
    }
}
