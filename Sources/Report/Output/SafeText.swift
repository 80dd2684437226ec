/// Names that clients chose, made harmless for whoever reads a report.
enum SafeText {
    /// With U+FFFD in place of what is no text but tells a terminal or a browser what to do: control characters, and those
    /// that turn the direction of writing. Each name goes through this once, before any output sees it.
    static func shown(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isCommand) else { return text }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { shown.append(isCommand(scalar) ? "\u{FFFD}" : scalar) }
        return String(shown)
    }

    private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
