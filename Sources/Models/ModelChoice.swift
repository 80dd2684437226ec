/// What became of the model's name on a request's way upstream.
public struct ModelChoice: Sendable, Equatable {
    /// What the client named; nil when it named none.
    public let asked: String?
    /// What the model map made of it, or of the default model.
    public let mapped: String
    /// What upstream is asked for.
    public let sent: Model
    /// The effort of a request that has none of its own; nil leaves it to upstream.
    public let effort: Effort?

    /// The name that is asked for no more, because the model is gone; nil when nothing was replaced.
    public var retired: String? { sent.name == mapped ? nil : mapped }

    /// Every name by which a caller may be allowed to use the model.
    public var names: Set<String> { Set([asked ?? mapped, mapped, sent.name]) }

    /// - Parameters:
    ///   - asked: what the client named.
    ///   - defaultModel: what counts where it named nothing; mapped as a client's own name is.
    ///   - map: which models are asked for others.
    ///   - catalogue: what replaces models that are gone.
    ///   - availability: which are gone; nil replaces none (`RETIRED_MODELS=forward`).
    public init(
        asked: String?, defaultModel: ModelSelection, map: ModelMap, catalogue: Catalogue,
        availability: ModelAvailability?
    ) {
        let selection = asked.map { ModelSelection($0) } ?? defaultModel
        var mapped = map(selection.name)
        mapped.effort = mapped.effort ?? selection.effort
        self.asked = asked
        self.mapped = mapped.name
        var sent = catalogue(mapped.name)
        var effort: Effort?
        var known: Set = [sent.name]
        while let availability, availability.isGone(sent), let replacement = sent.replacement,
            known.insert(replacement.name).inserted
        {
            sent = catalogue(replacement.name)
            effort = replacement.effort ?? effort
        }
        self.sent = sent
        self.effort = mapped.effort ?? effort
    }
}
