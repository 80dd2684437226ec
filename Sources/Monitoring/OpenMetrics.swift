/// Writes the text format of the OpenMetrics specification, version 1.0.0, which Prometheus reads.
public struct OpenMetrics {
    /// The format's media type.
    public static let contentType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

    private(set) var text = ""
    private var name = ""

    /// Begins a family of metrics.
    ///
    /// - Parameters:
    ///   - name: the name with its unit, without the `_total` of counters, which only samples have.
    ///   - type: `counter`, `gauge` or `histogram`.
    mutating func family(_ name: String, _ type: String, unit: String? = nil, _ help: String) {
        self.name = name
        text += "# TYPE \(name) \(type)\n"
        if let unit { text += "# UNIT \(name) \(unit)\n" }
        text += "# HELP \(name) \(help)\n"
    }

    /// Adds a sample to the family.
    ///
    /// - Parameter suffix: the sample's suffix: `_total`, `_bucket`, `_sum`, `_count`.
    mutating func sample(suffix: String = "", _ labels: [(name: String, value: String)], _ value: String) {
        text += name + suffix
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    /// Ends the page: a page without this mark counts as incomplete.
    mutating func end() { text += "# EOF\n" }

    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { "\\\"\n".utf8.contains($0) }) else { return value }
        // By scalars: a quote followed by a combining mark is a different Character, but still ends the label.
        return value.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
