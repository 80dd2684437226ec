/// The variables that a web server hands to a CGI program (RFC 3875, section 4.1), as received.
///
/// Names are matched exactly. A name given twice keeps its first value, as `FCGX_GetParam` and `getenv` do; but a header,
/// of which nginx hands over every occurrence, is joined as RFC 9110 section 5.3 says, so that a doubled key does not pass
/// for one key, whichever server is in front. A name that
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

    /// Adds a variable. One that is there already stays as it is, or if it is a header, gets the value added to its own.
    public mutating func insert(_ name: String, _ value: String) {
        guard name.utf8.allSatisfy({ $0 < 0x80 }) else { return }
        if let known = values[name] {
            if name.hasPrefix("HTTP_") { values[name] = known + ", " + value }
        } else {
            values[name] = value
        }
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
