internal import Presentation

/// Names that clients chose, made harmless for whoever reads a report.
enum SafeText {
    /// With U+FFFD in place of what is no text but tells a terminal or a browser what to do: control characters, and those
    /// that turn the direction of writing. Each name goes through this once, before any output sees it.
    static func shown(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: PlainText.isUnseen) else { return text }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { shown.append(PlainText.isUnseen(scalar) ? "\u{FFFD}" : scalar) }
        return String(shown)
    }
}
