/// Writes compact JSON from new values and from parts of documents, which are copied unchanged.
///
/// The writer adds commas and colons. Closures for the contents of objects and arrays make sure that brackets are closed.
public struct Writer: Sendable {
    /// What has been written so far, in UTF-8.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// - Parameter capacity: the number of bytes to reserve; the buffer grows when needed.
    public init(reservingCapacity capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    /// Writes an object. `members` writes its members with `member`, or with `name` and a value.
    public mutating func object<Failure: Error>(_ members: (inout Writer) throws(Failure) -> Void) throws(Failure) {
        try container(UInt8(ascii: "{"), UInt8(ascii: "}"), members)
    }

    /// Writes an array. `elements` writes its values one after the other.
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

    /// Writes a value copied from a document, byte for byte.
    public mutating func value(_ value: Value) {
        separate()
        bytes.append(contentsOf: value.text)
    }

    /// Writes a value that is already JSON.
    public mutating func json(_ text: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: text)
    }

    /// Writes a string, escaped where necessary.
    public mutating func string(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.appendEscaped(text)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a string made of pieces, which are joined.
    public mutating func string(_ pieces: (inout StringPieces) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        var string = StringPieces(bytes: [])
        swap(&string.bytes, &bytes)
        pieces(&string)
        swap(&string.bytes, &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a number without fraction and exponent.
    public mutating func integer(_ number: Int) {
        separate()
        bytes.append(decimal: number)
    }

    /// Writes `true` or `false`.
    public mutating func bool(_ truth: Bool) {
        separate()
        bytes.append(contentsOf: truth ? "true".utf8 : "false".utf8)
    }

    /// Writes `null`.
    public mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// Writes a member's name, which must not contain characters to escape. Its value must follow.
    public mutating func name(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a member's name that is not a literal. Its value must follow.
    public mutating func name(text: String) {
        string(text)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes the comma before a value, if one is needed.
    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}

/// The pieces of one string: new text, and the contents of other strings.
public struct StringPieces: Sendable {
    fileprivate var bytes: [UInt8]

    /// Appends text, escaped where necessary.
    public mutating func append(_ text: String) {
        bytes.appendEscaped(text)
    }

    /// Appends the contents of a document's string, as they are written there.
    public mutating func append(_ contents: StringContents) {
        bytes.append(contentsOf: contents.bytes)
    }
}

extension [UInt8] {
    fileprivate mutating func append(decimal number: Int) {
        if number < 0 { append(UInt8(ascii: "-")) }
        let start = count
        var rest = number.magnitude
        repeat {
            append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }

    /// Escapes only the characters that RFC 8259, section 7, requires.
    fileprivate mutating func appendEscaped(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            var copied = 0
            for index in utf8.indices where utf8[index].mustBeEscaped {
                append(contentsOf: utf8[copied..<index])
                appendEscape(of: utf8[index])
                copied = index + 1
            }
            append(contentsOf: utf8[copied...])
        }
    }

    private mutating func appendEscape(of byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\n"): append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): append(UInt8(ascii: "t"))
        case 0..<0x20:
            append(contentsOf: byte < 0x10 ? "u000".utf8 : "u001".utf8)
            append(contentsOf: String(byte & 0xF, radix: 16).utf8)
        default: append(byte)
        }
    }
}

extension UInt8 {
    fileprivate var mustBeEscaped: Bool { self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\") }
}

/// Members: a name and its value in one call.
extension Writer {
    /// Writes a member copied from a document, name and value as they are written there.
    public mutating func member(_ member: Member) {
        value(member.nameValue)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
        value(member.value)
    }

    /// Writes a member with a string copied from a document, as it is written there.
    public mutating func member(_ name: StaticString, _ contents: StringContents) {
        self.name(name)
        string { $0.append(contents) }
    }

    /// Writes a member with a value copied from a document, byte for byte.
    public mutating func member(_ name: StaticString, _ value: Value) {
        self.name(name)
        self.value(value)
    }

    /// Writes a member with a new string.
    public mutating func member(_ name: StaticString, _ text: String) {
        self.name(name)
        string(text)
    }

    /// Writes a member with an integer.
    public mutating func member(_ name: StaticString, _ number: Int) {
        self.name(name)
        integer(number)
    }

    /// Writes a member with a Boolean value.
    public mutating func member(_ name: StaticString, _ truth: Bool) {
        self.name(name)
        bool(truth)
    }
}
