/// A model to ask for, and how much it shall think where the client says nothing of that.
public struct ModelSelection: Sendable, Hashable, CustomStringConvertible {
    /// The model's name.
    public var name: String
    /// The effort of requests that have none of their own; nil leaves it to upstream.
    public var effort: Effort?

    /// - Parameters:
    ///   - name: the model's name.
    ///   - effort: the effort of requests that have none of their own.
    public init(_ name: String, effort: Effort? = nil) {
        self.name = name
        self.effort = effort
    }

    /// Reads `gpt-6-luna` or `gpt-6-luna:none`. What stands behind the last colon is an effort only if it is the name of
    /// one: `llama3:8b` and `ft:gpt-4o:org` are names.
    public init(parsing text: some StringProtocol) {
        if let colon = text.lastIndex(of: ":"), colon > text.startIndex,
            let effort = Effort(rawValue: String(text[text.index(after: colon)...]))
        {
            self.init(String(text[..<colon]), effort: effort)
        } else {
            self.init(String(text))
        }
    }

    /// As ``init(parsing:)`` reads it.
    public var description: String { effort.map { "\(name):\($0.rawValue)" } ?? name }
}
