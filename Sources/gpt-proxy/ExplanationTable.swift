internal import Gateway
internal import JSON
internal import Translation
internal import Presentation

/// Formats an explanation for a terminal: the client's fields on the left, upstream's on the right, reasons below.
struct ExplanationTable {
    /// The most lines of a value that are shown; the full JSON is available through a pipe.
    private static let maximumLines = 6
    /// Columns between the two sides: a sign with a space on either side.
    private static let gap = 3

    private let explanation: Explanation
    private let column: Int
    private let hasColor: Bool

    /// - Parameter width: the terminal's width in columns.
    init(of explanation: Explanation, width: Int, hasColor: Bool) {
        self.explanation = explanation
        column = max(8, (width - Self.gap) / 2)
        self.hasColor = hasColor
    }

    /// - Parameters:
    ///   - client: the title of the left column.
    ///   - upstream: the title of the right column.
    func lines(client: String, upstream: String) -> [String] {
        let head = sideBySide(client, "", upstream).map { colored($0, .bold) }
        let rule = colored(String(repeating: "─", count: 2 * column + Self.gap), .faint)
        return head + [rule] + explanation.rows.flatMap(lines) + [rule] + summary
    }

    private func lines(of row: Explanation.Row) -> [String] {
        let color = Self.color(of: row.change)
        let sides = sideBySide(
            row.before.map { Self.cell(row.field, $0) } ?? "", Self.sign(of: row.change),
            row.after.map { Self.cell(row.sentAs, $0) } ?? "")
        guard let reason = row.reason else { return sides.map { colored($0, color) } }
        let subject = row.field ?? row.sentAs ?? ""
        let note = TextColumn.lines(
            of: "\(row.change.rawValue): \(subject) \(reason)", width: 2 * column + Self.gap - 4)
        return (sides + note.map { "    " + $0 }).map { colored($0, color) }
    }

    private static func cell(_ field: String?, _ value: Value) -> String {
        "\(field ?? ""): \(String(decoding: value.text, as: UTF8.self))"
    }

    /// No lines if both sides are empty.
    private func sideBySide(_ left: String, _ sign: String, _ right: String) -> [String] {
        let (left, right) = (cut(left), cut(right))
        return (0..<max(left.count, right.count)).map { index in
            let line =
                TextColumn.padded(index < left.count ? left[index] : "", to: column)
                + (index == 0 && !sign.isEmpty ? " \(sign) " : "   ") + (index < right.count ? right[index] : "")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    private func cut(_ text: String) -> [String] {
        let lines = TextColumn.lines(of: text, width: column)
        guard lines.count > Self.maximumLines else { return lines }
        let note = TextColumn.lines(of: "… \(text.utf8.count) bytes in all", width: column)
        return lines.prefix(Self.maximumLines - 1) + note
    }

    private var summary: [String] {
        let changes = explanation.rows.map(\.change)
        let counted: [Explanation.Change] = [.dropped, .emulated, .adjusted, .repaired, .warned]
        let counts = counted.compactMap { change in
            let count = changes.count { $0 == change }
            return count > 0 ? "\(count) \(change.rawValue)" : nil
        }
        let text = counts.isEmpty ? "Nothing is lost." : counts.joined(separator: ", ") + "."
        return TextColumn.lines(of: text, width: 2 * column + Self.gap)
    }

    // MARK: Signs and colors

    private static func sign(of change: Explanation.Change) -> String {
        switch change {
        case .kept: "="
        case .renamed, .translated, .adjusted, .repaired: "→"
        case .added: "+"
        case .unneeded: "·"
        case .dropped: "×"
        case .emulated: "⌂"
        case .warned: "!"
        }
    }

    /// Those of ECMA-48's renditions (SGR) that every terminal supports.
    private enum Color: String {
        case bold = "1"
        case faint = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case blue = "34"
        case magenta = "35"
        case cyan = "36"
        case none = "0"
    }

    private static func color(of change: Explanation.Change) -> Color {
        switch change {
        case .kept: .none
        case .renamed, .translated: .cyan
        case .added: .green
        case .unneeded: .faint
        case .dropped: .red
        case .adjusted: .yellow
        case .emulated: .blue
        case .repaired: .magenta
        case .warned: .red
        }
    }

    private func colored(_ line: String, _ color: Color) -> String {
        hasColor && color != .none ? "\u{1B}[\(color.rawValue)m\(line)\u{1B}[0m" : line
    }
}
