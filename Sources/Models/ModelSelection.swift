/// A model to send, and the effort to send if the client sets none.
public struct ModelSelection: Sendable, Hashable, CustomStringConvertible {
    /// The model's name.
    public var name: String
    /// The effort to send if the client sets none; nil sends no effort.
    public var effort: Effort?

    /// - Parameters:
    ///   - name: the model's name.
    ///   - effort: the effort to send if the client sets none.
    public init(_ name: String, effort: Effort? = nil) {
        self.name = name
        self.effort = effort
    }

    /// Reads `gpt-6-luna` or `gpt-6-luna:none`. The text after the last colon is an effort only if it is the name of one:
    /// `llama3:8b` and `ft:gpt-4o:org` are names. Nil if there is no name.
    public init?(parsing text: some StringProtocol) {
        var (name, effort) = (text[...], Effort?.none)
        if let colon = text.lastIndex(of: ":"), let word = Effort(rawValue: String(text[text.index(after: colon)...])) {
            (name, effort) = (text[..<colon], word)
        }
        guard !name.isEmpty else { return nil }
        self.init(String(name), effort: effort)
    }

    /// The text that ``init(parsing:)`` reads.
    public var description: String { effort.map { "\(name):\($0.rawValue)" } ?? name }
}
