/// The variables that a web server hands to a CGI program (RFC 3875, section 4.1), as received.
///
/// Names are matched exactly. A name given twice keeps its first value, as `FCGX_GetParam` and `getenv` do. A name that
/// is not ASCII is passed over: the RFC has no such names, and Swift's strings take some (`HTTP_COO\u{212A}IE`, with a
/// Kelvin sign) for equal to ASCII ones.
public struct Parameters: Sendable {
    private var values: [String: String] = [:]

    /// No variables.
    public init() {}

    /// Reads `NAME=value` entries. One without `=` is passed over: libfcgi makes such entries of names that contain
    /// NUL.
    public init(entries: some Sequence<String>) {
        for entry in entries {
            guard let separator = entry.utf8.firstIndex(of: UInt8(ascii: "=")) else { continue }
            insert(String(entry[..<separator]), String(entry[entry.utf8.index(after: separator)...]))
        }
    }

    /// Adds a variable unless its name is there already.
    public mutating func insert(_ name: String, _ value: String) {
        if name.utf8.allSatisfy({ $0 < 0x80 }), values[name] == nil { values[name] = value }
    }

    /// The variable's value; nil when it is absent or empty: servers send empty strings for what does not apply.
    public subscript(name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    /// The variables whose names begin with `prefix`, by the rest of their names.
    public func withPrefix(_ prefix: String) -> [String: String] {
        var found: [String: String] = [:]
        for (name, value) in values where name.hasPrefix(prefix) {
            found[String(name.dropFirst(prefix.count))] = value
        }
        return found
    }
}
