/// The few ways in which text on the screen stands out (ECMA-48, SGR), or none of them.
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
