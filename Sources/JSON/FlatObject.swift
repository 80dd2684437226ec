/// An object without anything in it that is nested, read in passing: for texts that come by the thousand and are all alike,
/// of which a few members are looked at and none is kept. It validates as ``Document`` does, and needs no memory.
public enum FlatObject {
    /// What a reader of members says to one.
    public enum Demand: Sendable {
        /// Go on to the next member.
        case more
        /// The text is not what was looked for.
        case stop
    }

    /// Hands out each member, in order, while the text is being read: nothing is known of what follows.
    ///
    /// - Parameters:
    ///   - text: the text in UTF-8.
    ///   - member: takes a name, which is without quotes and has no escapes; a value as it is written, a string with its
    ///     quotes; and what the value is. An array or object is an empty one.
    /// - Returns: whether the text is a JSON object like that, and was read to its end.
    public static func read(
        _ text: RawSpan, _ member: (_ name: RawSpan, _ value: RawSpan, Value.Kind) -> Demand
    ) -> Bool {
        text.withUnsafeBytes { buffer in
            var scanner = Scanner()
            do throws(ParseError) {
                return try scanner.readObject(buffer.assumingMemoryBound(to: UInt8.self), text, member)
            } catch {
                return false
            }
        }
    }
}

extension Scanner {
    /// - Parameter text: the bytes once more, to hand out parts of.
    fileprivate mutating func readObject(
        _ bytes: Bytes, _ text: RawSpan, _ member: (RawSpan, RawSpan, Value.Kind) -> FlatObject.Demand
    ) throws(ParseError) -> Bool {
        skipWhitespace(bytes)
        try pass(UInt8(ascii: "{"), bytes)
        repeat {
            skipWhitespace(bytes)
            let name = position
            guard try peek(bytes) == UInt8(ascii: "\""), try !scanString(bytes) else { return false }
            let nameEnd = position
            skipWhitespace(bytes)
            try pass(UInt8(ascii: ":"), bytes)
            skipWhitespace(bytes)
            let value = position
            guard let kind = try scanFlatValue(bytes),
                member(text.extracting(name + 1..<nameEnd - 1), text.extracting(value..<position), kind) == .more
            else { return false }
            skipWhitespace(bytes)
        } while try passComma(bytes)
        try pass(UInt8(ascii: "}"), bytes)
        skipWhitespace(bytes)
        return position == bytes.count
    }

    private mutating func passComma(_ bytes: Bytes) throws(ParseError) -> Bool {
        guard try peek(bytes) == UInt8(ascii: ",") else { return false }
        position += 1
        return true
    }

    /// Passes a scalar or an empty container; nil where something is nested.
    private mutating func scanFlatValue(_ bytes: Bytes) throws(ParseError) -> Value.Kind? {
        switch try peek(bytes) {
        case UInt8(ascii: "\""):
            _ = try scanString(bytes)
            return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try scanNumber(bytes)
            return .number
        case UInt8(ascii: "["):
            return try scanEmpty(.array, closing: UInt8(ascii: "]"), bytes)
        case UInt8(ascii: "{"):
            return try scanEmpty(.object, closing: UInt8(ascii: "}"), bytes)
        case UInt8(ascii: "t"):
            try scanLiteral("true", bytes)
            return .true
        case UInt8(ascii: "f"):
            try scanLiteral("false", bytes)
            return .false
        case UInt8(ascii: "n"):
            try scanLiteral("null", bytes)
            return .null
        case let byte:
            throw ParseError(.unexpectedByte(byte), at: position)
        }
    }

    private mutating func scanEmpty(
        _ kind: Value.Kind, closing: UInt8, _ bytes: Bytes
    ) throws(ParseError) -> Value.Kind? {
        position += 1
        skipWhitespace(bytes)
        guard try peek(bytes) == closing else { return nil }
        position += 1
        return kind
    }
}
