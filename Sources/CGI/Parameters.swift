/// The variables that a web server passes to a CGI program (RFC 3875, section 4.1), as received.
///
/// Names are matched exactly. If a name occurs twice, its first value counts, as with `FCGX_GetParam` and `getenv`. Headers are
/// an exception: nginx passes every occurrence, and their values are joined (RFC 9110, section 5.3), so that two keys in one
/// request are never mistaken for one key, regardless of the web server. Names that are not ASCII are ignored, because the RFC
/// does not allow them.
public struct Parameters: Sendable {
    /// All names and values. Only the few that are read become strings.
    private var bytes: [UInt8]
    private var entries: [Entry] = []

    /// The position of a variable in `bytes`. It is small, because a request is kept as long as its response is streamed.
    private struct Entry {
        let nameStart, nameEnd, valueStart, valueEnd: UInt32

        var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
        var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    }

    /// Creates an empty set of variables.
    public init() {
        bytes = []
    }

    /// Creates an empty set whose variables are in `bytes`: ``insert(name:value:)`` adds each by its position, without copying.
    ///
    /// - Parameter bytes: the names and values, in any arrangement.
    public init(standingIn bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Creates a set of variables from `NAME=value` entries, as ``insert(entry:)`` does.
    ///
    /// - Parameter entries: the entries, in order.
    public init(entries: some Sequence<String>) {
        self.init()
        for entry in entries { insert(entry: Array(entry.utf8).span.bytes) }
    }

    /// Adds a `NAME=value` entry. An entry without `=` is ignored.
    ///
    /// - Parameter entry: the entry, in UTF-8.
    public mutating func insert(entry: RawSpan) {
        guard let separator = entry.withUnsafeBytes({ $0.firstIndex(of: UInt8(ascii: "=")) }) else { return }
        let start = bytes.count
        entry.withUnsafeBytes { bytes.append(contentsOf: $0) }
        insert(name: start..<start + separator, value: start + separator + 1..<bytes.count)
    }

    /// Adds a variable by its position in the bytes. It is ignored if its name is not ASCII or it lies beyond 4 GiB.
    ///
    /// - Parameters:
    ///   - name: the range of the name.
    ///   - value: the range of the value, which may be any bytes.
    public mutating func insert(name: Range<Int>, value: Range<Int>) {
        guard bytes[name].allSatisfy({ $0 < 0x80 }), let nameEnd = UInt32(exactly: name.upperBound),
            let valueEnd = UInt32(exactly: value.upperBound)
        else { return }
        // Most web servers pass fewer variables than this.
        if entries.isEmpty { entries.reserveCapacity(28) }
        entries.append(
            Entry(
                nameStart: UInt32(name.lowerBound), nameEnd: nameEnd, valueStart: UInt32(value.lowerBound),
                valueEnd: valueEnd))
    }

    /// Adds a variable. If the name exists already, its value stays the same; but a header's value is extended by this one.
    ///
    /// - Parameters:
    ///   - name: the variable's name.
    ///   - value: its value.
    public mutating func insert(_ name: String, _ value: String) {
        insert(entry: Array("\(name)=\(value)".utf8).span.bytes)
    }

    /// The variable's value; nil if it is absent or empty, because web servers pass empty strings for variables that do not
    /// apply.
    public subscript(name: String) -> String? {
        value(prefix: "", name.utf8) { $0 }
    }

    /// A request header's value, by the header's name in lower case; nil if it is absent or empty.
    ///
    /// The header `x-api-key` is the variable `HTTP_X_API_KEY` (RFC 3875, section 4.1.18).
    func header(_ name: String) -> String? {
        value(prefix: "HTTP_", name.utf8) { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "_")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
            default: byte
            }
        }
    }

    /// The value of the first variable whose name is `prefix` followed by the converted bytes of `name`.
    @inline(__always)
    private func value(prefix: StaticString, _ name: String.UTF8View, converted: (UInt8) -> UInt8) -> String? {
        let (prefixCount, count) = (prefix.utf8CodeUnitCount, prefix.utf8CodeUnitCount + name.count)
        let index = bytes.withUnsafeBufferPointer { bytes in
            entries.firstIndex { entry in
                guard Int(entry.nameEnd - entry.nameStart) == count else { return false }
                var position = Int(entry.nameStart)
                for offset in 0..<prefixCount {
                    guard bytes[position] == prefix.utf8Start[offset] else { return false }
                    position += 1
                }
                for byte in name {
                    guard bytes[position] == converted(byte) else { return false }
                    position += 1
                }
                return true
            }
        }
        guard let index else { return nil }
        let value = value(at: index)
        return value.isEmpty ? nil : value
    }

    /// An entry's value. If it is a header, the values of later entries with the same name are appended.
    private func value(at index: Int) -> String {
        var value = String(decoding: bytes[entries[index].value], as: UTF8.self)
        let name = bytes[entries[index].name]
        guard name.starts(with: "HTTP_".utf8) else { return value }
        for other in entries[(index + 1)...] where other.name.count == name.count && bytes[other.name] == name {
            value += ", " + String(decoding: bytes[other.value], as: UTF8.self)
        }
        return value
    }

    /// The variables whose names begin with `prefix`.
    ///
    /// - Parameter prefix: the start of the names.
    /// - Returns: the values; each key is a name without the prefix.
    public func withPrefix(_ prefix: String) -> [String: String] {
        var found: [String: String] = [:]
        for (index, entry) in entries.enumerated() {
            guard entry.name.count >= prefix.utf8.count, bytes[entry.name].starts(with: prefix.utf8) else { continue }
            let rest = String(decoding: bytes[entry.name].dropFirst(prefix.utf8.count), as: UTF8.self)
            if found[rest] == nil { found[rest] = value(at: index) }
        }
        return found
    }
}
