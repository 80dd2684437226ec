/// The variables that a web server hands to a CGI program (RFC 3875, section 4.1), as received.
///
/// Names are matched exactly. A name given twice has its first value, as with `FCGX_GetParam` and `getenv`; but a header,
/// of which nginx hands over every occurrence, is joined as RFC 9110 section 5.3 says, so that a doubled key does not pass
/// for one key, whichever server is in front. A name that is not ASCII is passed over: the RFC has no such names.
public struct Parameters: Sendable {
    /// All entries, one behind the other: few of them are ever asked for, and only those become strings.
    private var bytes: [UInt8] = []
    private var entries: [Entry] = []

    /// Where an entry stands in `bytes`. Small, since a request lives as long as the stream that answers it.
    private struct Entry {
        let start, separator, end: UInt32

        var name: Range<Int> { Int(start)..<Int(separator) }
        var value: Range<Int> { Int(separator) + 1..<Int(end) }
    }

    /// No variables.
    public init() {}

    /// Reads `NAME=value` entries, as ``insert(entry:)`` does.
    public init(entries: some Sequence<String>) {
        for entry in entries { insert(entry: Array(entry.utf8).span.bytes) }
    }

    /// Adds a `NAME=value` entry in UTF-8. One without `=` is passed over: libfcgi makes such entries of names that
    /// contain NUL.
    public mutating func insert(entry: RawSpan) {
        guard let separator = entry.withUnsafeBytes({ $0.firstIndex(of: UInt8(ascii: "=")) }) else { return }
        insert(
            name: entry.extracting(0..<separator), value: entry.extracting(separator + 1..<entry.byteCount))
    }

    /// Adds a variable whose name and value are in UTF-8.
    ///
    /// - Parameters:
    ///   - name: one that is not ASCII is passed over, and so is what would make them more than 4 GiB in all.
    ///   - value: any bytes.
    public mutating func insert(name: RawSpan, value: RawSpan) {
        let isASCII = name.withUnsafeBytes { $0.allSatisfy { $0 < 0x80 } }
        let start = bytes.count
        guard isASCII, let end = UInt32(exactly: start + name.byteCount + 1 + value.byteCount) else { return }
        if entries.isEmpty { reserveOrdinaryCapacity() }
        name.withUnsafeBytes { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "="))
        value.withUnsafeBytes { bytes.append(contentsOf: $0) }
        entries.append(Entry(start: UInt32(start), separator: UInt32(start + name.byteCount), end: end))
    }

    /// What web servers hand over with most requests fits.
    private mutating func reserveOrdinaryCapacity() {
        bytes.reserveCapacity(700)
        entries.reserveCapacity(28)
    }

    /// Adds a variable. One that is there already stays as it is, or if it is a header, gets the value added to its own.
    public mutating func insert(_ name: String, _ value: String) {
        insert(entry: Array("\(name)=\(value)".utf8).span.bytes)
    }

    /// The variable's value; nil when it is absent or empty: servers send empty strings for what does not apply.
    public subscript(name: String) -> String? {
        value(named: name.utf8)
    }

    /// The value of the first variable of that name, as by the subscript.
    @inline(__always)
    func value(named name: some Collection<UInt8>) -> String? {
        let count = name.count
        guard let index = entries.firstIndex(where: { $0.name.count == count && bytes[$0.name].elementsEqual(name) })
        else { return nil }
        let value = value(at: index)
        return value.isEmpty ? nil : value
    }

    /// An entry's value, and if it is a header, those of the same name after it.
    private func value(at index: Int) -> String {
        var value = String(decoding: bytes[entries[index].value], as: UTF8.self)
        let name = bytes[entries[index].name]
        guard name.starts(with: "HTTP_".utf8) else { return value }
        for other in entries[(index + 1)...] where bytes[other.name] == name {
            value += ", " + String(decoding: bytes[other.value], as: UTF8.self)
        }
        return value
    }

    /// The variables whose names begin with `prefix`, by the rest of their names.
    public func withPrefix(_ prefix: String) -> [String: String] {
        var found: [String: String] = [:]
        for (index, entry) in entries.enumerated() where bytes[entry.name].starts(with: prefix.utf8) {
            let rest = String(decoding: bytes[entry.name].dropFirst(prefix.utf8.count), as: UTF8.self)
            if found[rest] == nil { found[rest] = value(at: index) }
        }
        return found
    }
}
