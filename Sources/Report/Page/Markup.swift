internal import Presentation

/// Builds HTML and SVG elements. All text from a log must go through ``escaped(_:)``.
enum Markup {
    /// Text escaped for element content and quoted attributes.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        // By scalars: a quote with a combining mark is a different Character, but still ends an attribute.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// A length in a drawing, rounded to a tenth of a unit, which is finer than any screen.
    static func length(_ value: Double) -> String {
        Decimals.text(value, places: 1)
    }

    static func rectangle(
        x: Double, y: Double, width: Double, height: Double, class name: String, title: String? = nil
    ) -> String {
        let place = "x=\"\(length(x))\" y=\"\(length(y))\" width=\"\(length(width))\" height=\"\(length(height))\""
        let content = title.map { "><title>\(escaped($0))</title></rect>" } ?? "/>"
        return "<rect class=\"\(name)\" \(place)\(content)\n"
    }

    static func line(x1: Double, y1: Double, x2: Double, y2: Double, class name: String) -> String {
        "<line class=\"\(name)\" x1=\"\(length(x1))\" y1=\"\(length(y1))\" x2=\"\(length(x2))\" y2=\"\(length(y2))\"/>\n"
    }

    /// - Parameter anchor: the part of the text that is at `x`: `start`, `middle` or `end`.
    static func text(_ text: String, x: Double, y: Double, anchor: String) -> String {
        "<text x=\"\(length(x))\" y=\"\(length(y))\" text-anchor=\"\(anchor)\">\(escaped(text))</text>\n"
    }
}
