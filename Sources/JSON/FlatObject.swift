/// Reads an object without nested values in one pass: for thousands of similar texts, if only a few members are used and
/// none is stored. It validates like ``Document`` and allocates no memory.
public enum FlatObject {
    /// What the closure wants after a member.
    public enum Demand: Sendable {
        /// Continue with the next member.
        case more
        /// Stop: the text is not the one that was looked for.
        case stop
    }

    /// Passes each member to the closure, in order, while it reads: the rest of the text has not been validated at that
    /// point.
    ///
    /// - Parameters:
    ///   - text: the text in UTF-8.
    ///   - member: takes the name, without quotes and without escapes; the value as it is written, a string with its
    ///     quotes; and the value's kind. An array or object is always empty.
    /// - Returns: whether the text is such an object and was read to its end.
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
    /// - Parameter text: the same bytes, of which parts are passed to the closure.
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

    /// Scans a scalar or an empty container; nil if something is nested.
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
