/// What a model's name tells about the parameters that it takes.
struct Model: Sendable {
    let name: String

    /// The N of gpt-5.N; 0 of gpt-5 itself, nil of other models.
    private let minor: Int?
    /// Whether it can reason at all.
    let isReasoner: Bool

    init(_ name: String) {
        self.name = name
        let isPlainChat = name.hasPrefix("gpt-5-chat")
        if name.hasPrefix("gpt-5."), let number = Int(name.dropFirst(6).prefix { $0.isNumber }) {
            minor = number
        } else {
            minor = name.hasPrefix("gpt-5") && !isPlainChat ? 0 : nil
        }
        isReasoner = minor != nil || ["o1", "o3", "o4"].contains { name.hasPrefix($0) }
    }

    /// Whether a request with that effort makes the model reason, in which case it refuses sampling parameters and log
    /// probabilities. Some models do unless told `none`, some do only when told, and those that take no `none` always do.
    func reasons(effort: String?) -> Bool {
        guard isReasoner else { return false }
        guard let minor, minor > 0, !["-pro", "-codex", "-chat"].contains(where: { name.contains($0) }) else {
            return true
        }
        return (effort ?? (minor < 5 ? "none" : "medium")) != "none"
    }

    /// Every effort that there is.
    static let efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]

    /// Those that this model takes: `minimal` only gpt-5 itself, `none` all but that one.
    var efforts: [String] {
        guard let minor else { return Self.efforts }
        return Self.efforts.filter { $0 != (minor > 0 ? "minimal" : "none") }
    }
}
