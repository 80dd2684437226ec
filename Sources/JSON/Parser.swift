/// Validates a JSON text and fills the table of nodes, in one pass and without recursion, so that deep nesting uses no
/// stack.
struct Parser: ~Copyable {
    typealias Bytes = Scanner.Bytes

    private(set) var nodes: NodeTable
    private var scanner = Scanner()
    /// Index of the innermost open container; ``none`` outside of all containers. Each open container's `next` is the index
    /// of the enclosing one.
    private var container = none
    private var depth = 0
    private let maximumDepth: Int
    private let maximumCount: Int
    private static var none: Int { Int(UInt32.max) }

    init(byteCount: Int, maximumDepth: Int, maximumCount: Int) {
        self.maximumDepth = maximumDepth
        self.maximumCount = maximumCount
        // Chat requests have about one value per twenty bytes; the table grows if a text has more.
        nodes = NodeTable(capacity: byteCount / 20 + 8)
    }

    mutating func parse(_ bytes: Bytes) throws(ParseError) {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { scanner.position = 3 }
        scanner.skipWhitespace(bytes)
        guard scanner.position < bytes.count else { throw ParseError(.empty, at: bytes.count) }
        while true {
            guard nodes.count < maximumCount else { throw ParseError(.tooMany, at: scanner.position) }
            if try parseValue(bytes) == .opensContainer { continue }
            if try !advanceToNextValue(bytes) { break }
        }
        scanner.skipWhitespace(bytes)
        guard scanner.position == bytes.count else { throw ParseError(.trailingBytes, at: scanner.position) }
    }

    private enum Step {
        case isComplete
        /// The next value is the container's first.
        case opensContainer
    }

    /// Parses a scalar or an empty container completely, otherwise the opening bracket and, in an object, the first name.
    private mutating func parseValue(_ bytes: Bytes) throws(ParseError) -> Step {
        let start = scanner.position
        switch try scanner.peek(bytes) {
        case UInt8(ascii: "\""):
            try parseString(bytes)
        case UInt8(ascii: "{"):
            try openContainer(.object)
            scanner.skipWhitespace(bytes)
            if try scanner.peek(bytes) != UInt8(ascii: "}") {
                try parseName(bytes)
                return .opensContainer
            }
            closeContainer()
        case UInt8(ascii: "["):
            try openContainer(.array)
            scanner.skipWhitespace(bytes)
            if try scanner.peek(bytes) != UInt8(ascii: "]") { return .opensContainer }
            closeContainer()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try scanner.scanNumber(bytes)
            append(.number, from: start)
        case UInt8(ascii: "t"):
            try parseLiteral("true", .true, bytes)
        case UInt8(ascii: "f"):
            try parseLiteral("false", .false, bytes)
        case UInt8(ascii: "n"):
            try parseLiteral("null", .null, bytes)
        case let byte:
            throw ParseError(.unexpectedByte(byte), at: scanner.position)
        }
        return .isComplete
    }

    /// After a complete value: skips the comma, or closes containers until one is followed by a comma. Returns false at the
    /// end of the text.
    private mutating func advanceToNextValue(_ bytes: Bytes) throws(ParseError) -> Bool {
        while container != Self.none {
            scanner.skipWhitespace(bytes)
            let isObject = nodes[container].kind == .object
            switch try scanner.peek(bytes) {
            case UInt8(ascii: ","):
                scanner.position += 1
                scanner.skipWhitespace(bytes)
                if isObject { try parseName(bytes) }
                return true
            case isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"):
                closeContainer()
            case let byte:
                throw ParseError(.unexpectedByte(byte), at: scanner.position)
            }
        }
        return false
    }

    /// Parses a member's name, its colon and the white space around the colon.
    private mutating func parseName(_ bytes: Bytes) throws(ParseError) {
        let byte = try scanner.peek(bytes)
        guard byte == UInt8(ascii: "\"") else { throw ParseError(.unexpectedByte(byte), at: scanner.position) }
        try parseString(bytes)
        scanner.skipWhitespace(bytes)
        try scanner.pass(UInt8(ascii: ":"), bytes)
        scanner.skipWhitespace(bytes)
    }

    @inline(__always)
    private mutating func parseString(_ bytes: Bytes) throws(ParseError) {
        let start = scanner.position
        let hasEscapes = try scanner.scanString(bytes)
        append(.string, from: start, hasEscapes: hasEscapes)
    }

    private mutating func parseLiteral(_ text: StaticString, _ kind: Value.Kind, _ bytes: Bytes) throws(ParseError) {
        let start = scanner.position
        try scanner.scanLiteral(text, bytes)
        append(kind, from: start)
    }

    private mutating func openContainer(_ kind: Value.Kind) throws(ParseError) {
        guard depth < maximumDepth else { throw ParseError(.tooDeep, at: scanner.position) }
        depth += 1
        append(kind, from: scanner.position)
        nodes[nodes.count - 1].next = UInt32(truncatingIfNeeded: container)
        container = nodes.count - 1
        scanner.position += 1
    }

    private mutating func closeContainer() {
        scanner.position += 1
        depth -= 1
        let outer = Int(nodes[container].next)
        nodes[container].end = UInt32(truncatingIfNeeded: scanner.position)
        nodes[container].next = UInt32(truncatingIfNeeded: nodes.count)
        container = outer
    }

    private mutating func append(_ kind: Value.Kind, from start: Int, hasEscapes: Bool = false) {
        nodes.append(
            Node(
                start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: scanner.position),
                next: UInt32(truncatingIfNeeded: nodes.count + 1), kind: kind, hasEscapes: hasEscapes))
    }
}
