internal import Presentation

/// Makes names that clients chose safe to show in a report.
enum SafeText {
    /// Replaces control characters, and those that change the writing direction, with U+FFFD, because terminals and browsers
    /// interpret them. Each name is passed through this once, before any output.
    static func shown(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: PlainText.isUnseen) else { return text }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { shown.append(PlainText.isUnseen(scalar) ? "\u{FFFD}" : scalar) }
        return String(shown)
    }
}
