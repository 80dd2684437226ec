/// Validates a JSON text and fills the table of nodes, in one pass and without recursion: depth costs no stack.
///
/// Strings and numbers are scanned in files of their own.
struct Parser: ~Copyable {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    private(set) var nodes: NodeTable
    var position = 0
    /// Index of the innermost open container; ``none`` outside of all. The others are found through their `next`.
    private var container = none
    private var depth = 0
    private let maximumDepth: Int
    private let maximumCount: Int
    private static var none: Int { Int(UInt32.max) }

    init(byteCount: Int, maximumDepth: Int, maximumCount: Int) {
        self.maximumDepth = maximumDepth
        self.maximumCount = maximumCount
        // Chat requests have about one value in twenty bytes; the table grows where a text is denser.
        nodes = NodeTable(capacity: byteCount / 20 + 8)
    }

    mutating func parse(_ bytes: Bytes) throws(ParseError) {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
        skipWhitespace(bytes)
        guard position < bytes.count else { throw ParseError(.empty, at: bytes.count) }
        while true {
            guard nodes.count < maximumCount else { throw ParseError(.tooMany, at: position) }
            if try parseValue(bytes) == .opensContainer { continue }
            if try !advanceToNextValue(bytes) { break }
        }
        skipWhitespace(bytes)
        guard position == bytes.count else { throw ParseError(.trailingBytes, at: position) }
    }

    private enum Step {
        case isComplete
        /// The next value is the container's first.
        case opensContainer
    }

    /// Takes a scalar or an empty container whole, else the opening bracket and, in an object, the first name.
    private mutating func parseValue(_ bytes: Bytes) throws(ParseError) -> Step {
        let start = position
        switch try peek(bytes) {
        case UInt8(ascii: "\""):
            try parseString(bytes)
        case UInt8(ascii: "{"):
            try openContainer(.object)
            skipWhitespace(bytes)
            if try peek(bytes) != UInt8(ascii: "}") {
                try parseName(bytes)
                return .opensContainer
            }
            closeContainer()
        case UInt8(ascii: "["):
            try openContainer(.array)
            skipWhitespace(bytes)
            if try peek(bytes) != UInt8(ascii: "]") { return .opensContainer }
            closeContainer()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try scanNumber(bytes)
            append(.number, from: start)
        case UInt8(ascii: "t"):
            try parseLiteral("true", .true, bytes)
        case UInt8(ascii: "f"):
            try parseLiteral("false", .false, bytes)
        case UInt8(ascii: "n"):
            try parseLiteral("null", .null, bytes)
        case let byte:
            throw ParseError(.unexpectedByte(byte), at: position)
        }
        return .isComplete
    }

    /// After a complete value: passes the comma, or closes containers until there is one. False at the end of the text.
    private mutating func advanceToNextValue(_ bytes: Bytes) throws(ParseError) -> Bool {
        while container != Self.none {
            skipWhitespace(bytes)
            let isObject = nodes[container].kind == .object
            switch try peek(bytes) {
            case UInt8(ascii: ","):
                position += 1
                skipWhitespace(bytes)
                if isObject { try parseName(bytes) }
                return true
            case isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"):
                closeContainer()
            case let byte:
                throw ParseError(.unexpectedByte(byte), at: position)
            }
        }
        return false
    }

    /// A member's name, its colon and the white space around it.
    private mutating func parseName(_ bytes: Bytes) throws(ParseError) {
        let byte = try peek(bytes)
        guard byte == UInt8(ascii: "\"") else { throw ParseError(.unexpectedByte(byte), at: position) }
        try parseString(bytes)
        skipWhitespace(bytes)
        let colon = try peek(bytes)
        guard colon == UInt8(ascii: ":") else { throw ParseError(.unexpectedByte(colon), at: position) }
        position += 1
        skipWhitespace(bytes)
    }

    @inline(__always)
    private mutating func parseString(_ bytes: Bytes) throws(ParseError) {
        let start = position
        let hasEscapes = try scanString(bytes)
        append(.string, from: start, hasEscapes: hasEscapes)
    }

    private mutating func parseLiteral(_ text: StaticString, _ kind: Value.Kind, _ bytes: Bytes) throws(ParseError) {
        let start = position
        for offset in 0..<text.utf8CodeUnitCount {
            let byte = try peek(bytes)
            guard byte == text.utf8Start[offset] else { throw ParseError(.unexpectedByte(byte), at: position) }
            position += 1
        }
        append(kind, from: start)
    }

    private mutating func openContainer(_ kind: Value.Kind) throws(ParseError) {
        guard depth < maximumDepth else { throw ParseError(.tooDeep, at: position) }
        depth += 1
        append(kind, from: position)
        nodes[nodes.count - 1].next = UInt32(truncatingIfNeeded: container)
        container = nodes.count - 1
        position += 1
    }

    private mutating func closeContainer() {
        position += 1
        depth -= 1
        let outer = Int(nodes[container].next)
        nodes[container].end = UInt32(truncatingIfNeeded: position)
        nodes[container].next = UInt32(truncatingIfNeeded: nodes.count)
        container = outer
    }

    private mutating func append(_ kind: Value.Kind, from start: Int, hasEscapes: Bool = false) {
        nodes.append(
            Node(
                start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: position),
                next: UInt32(truncatingIfNeeded: nodes.count + 1), kind: kind, hasEscapes: hasEscapes))
    }

    /// The byte at the position, which must be there.
    @inline(__always)
    func peek(_ bytes: Bytes) throws(ParseError) -> UInt8 {
        guard position < bytes.count else { throw ParseError(.unexpectedEnd, at: bytes.count) }
        return bytes[position]
    }

    @inline(__always)
    private mutating func skipWhitespace(_ bytes: Bytes) {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return
            }
        }
    }
}
