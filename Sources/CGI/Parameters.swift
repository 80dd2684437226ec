/// The variables that a web server hands to a CGI program (RFC 3875, section 4.1), as received.
///
/// Names are matched exactly. A name given twice has its first value, as with `FCGX_GetParam` and `getenv`; but a header,
/// of which nginx hands over every occurrence, is joined as RFC 9110 section 5.3 says, so that a doubled key does not pass
/// for one key, whichever server is in front. A name that is not ASCII is passed over: the RFC has no such names.
public struct Parameters: Sendable {
    /// All names and values. Few of them are ever read, and only those become strings.
    private var bytes: [UInt8]
    private var entries: [Entry] = []

    /// Where a variable stands in `bytes`. Small, since a request lives as long as the stream that answers it.
    private struct Entry {
        let nameStart, nameEnd, valueStart, valueEnd: UInt32

        var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
        var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    }

    /// No variables.
    public init() {
        bytes = []
    }

    /// No variables yet, but the bytes in which they stand: ``insert(name:value:)`` adds each by its place, without a copy.
    public init(standingIn bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads `NAME=value` entries, as ``insert(entry:)`` does.
    public init(entries: some Sequence<String>) {
        self.init()
        for entry in entries { insert(entry: Array(entry.utf8).span.bytes) }
    }

    /// Adds a `NAME=value` entry in UTF-8. One without `=` is passed over.
    public mutating func insert(entry: RawSpan) {
        guard let separator = entry.withUnsafeBytes({ $0.firstIndex(of: UInt8(ascii: "=")) }) else { return }
        let start = bytes.count
        entry.withUnsafeBytes { bytes.append(contentsOf: $0) }
        insert(name: start..<start + separator, value: start + separator + 1..<bytes.count)
    }

    /// Adds a variable by its place in the bytes.
    ///
    /// - Parameters:
    ///   - name: in UTF-8. One that is not ASCII is passed over, and so is what lies beyond 4 GiB.
    ///   - value: any bytes.
    public mutating func insert(name: Range<Int>, value: Range<Int>) {
        guard bytes[name].allSatisfy({ $0 < 0x80 }), let nameEnd = UInt32(exactly: name.upperBound),
            let valueEnd = UInt32(exactly: value.upperBound)
        else { return }
        // Most web servers hand over fewer than that.
        if entries.isEmpty { entries.reserveCapacity(28) }
        entries.append(
            Entry(
                nameStart: UInt32(name.lowerBound), nameEnd: nameEnd, valueStart: UInt32(value.lowerBound),
                valueEnd: valueEnd))
    }

    /// Adds a variable. One that is there already stays as it is, or if it is a header, gets the value added to its own.
    public mutating func insert(_ name: String, _ value: String) {
        insert(entry: Array("\(name)=\(value)".utf8).span.bytes)
    }

    /// The variable's value; nil when it is absent or empty: servers send empty strings for what does not apply.
    public subscript(name: String) -> String? {
        value(prefix: "", name.utf8) { $0 }
    }

    /// A request header's value, by the header's name in lower case; nil when it is absent or empty.
    ///
    /// RFC 3875, section 4.1.18: `x-api-key` is the variable `HTTP_X_API_KEY`.
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

    /// An entry's value, and if it is a header, those of the same name after it.
    private func value(at index: Int) -> String {
        var value = String(decoding: bytes[entries[index].value], as: UTF8.self)
        let name = bytes[entries[index].name]
        guard name.starts(with: "HTTP_".utf8) else { return value }
        for other in entries[(index + 1)...] where other.name.count == name.count && bytes[other.name] == name {
            value += ", " + String(decoding: bytes[other.value], as: UTF8.self)
        }
        return value
    }

    /// The variables whose names begin with `prefix`, by the rest of their names.
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
