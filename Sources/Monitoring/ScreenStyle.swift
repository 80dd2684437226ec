/// Text styles for the terminal (ECMA-48, SGR); without colours, the text stays plain.
struct ScreenStyle {
    let hasColor: Bool

    func bold(_ text: String) -> String { styled(text, "1") }
    func dim(_ text: String) -> String { styled(text, "2") }
    func accent(_ text: String) -> String { styled(text, "32") }
    func bad(_ text: String) -> String { styled(text, "1;31") }

    private func styled(_ text: String, _ code: String) -> String {
        hasColor ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
