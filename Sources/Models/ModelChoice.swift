/// The model that is sent upstream for the name that a client asks for.
public struct ModelChoice: Sendable, Equatable {
    /// The name that the client sent; nil when it sent none.
    public let asked: String?
    /// What the model map made of it, or of the default model.
    public let mapped: String
    /// The model that is sent.
    public let sent: Model
    /// The model that the sent one replaces directly; nil when nothing was replaced.
    public let predecessor: String?
    /// The effort that the map, the default model or the replacement sets for a client that sets none; nil sets none.
    public let effort: Effort?

    /// The model that was replaced because it is gone; nil when none was.
    public var retired: String? { sent.name == mapped ? nil : mapped }

    /// Every name by which a caller may be allowed to use the model.
    public var names: Set<String> { Set([asked ?? mapped, mapped, sent.name]) }

    /// The effort that is sent for a client that sets none: the nearest that the model supports. Nil sends no effort.
    public var effortSent: Effort? { effort.flatMap(sent.effort) }

    /// - Parameters:
    ///   - asked: the name that the client sent.
    ///   - defaultModel: what counts where it sent none; mapped as a client's own name is.
    ///   - map: which models are sent for which.
    ///   - catalogue: what replaces models that are gone.
    ///   - availability: which are gone; nil replaces none (`RETIRED_MODELS=forward`).
    public init(
        asked: String?, defaultModel: ModelSelection, map: ModelMap, catalogue: Catalogue,
        availability: ModelAvailability?
    ) {
        let selection = asked.map { ModelSelection($0) } ?? defaultModel
        var mapped = map(selection.name)
        mapped.effort = mapped.effort ?? selection.effort
        self.init(asked: asked, mapped: mapped, catalogue: catalogue, availability: availability)
    }

    /// The model that is sent for a name that has been mapped.
    ///
    /// - Parameters:
    ///   - mapped: what the model map gave.
    ///   - catalogue: what replaces models that are gone.
    ///   - availability: which are gone; nil replaces none.
    public init(mapped: ModelSelection, catalogue: Catalogue, availability: ModelAvailability?) {
        self.init(asked: nil, mapped: mapped, catalogue: catalogue, availability: availability)
    }

    private init(asked: String?, mapped: ModelSelection, catalogue: Catalogue, availability: ModelAvailability?) {
        let successor = catalogue.successor(of: mapped.name, availability)
        self.asked = asked
        self.mapped = mapped.name
        sent = successor.model
        predecessor = successor.predecessor
        effort = mapped.effort ?? successor.effort
    }
}

extension Catalogue {
    /// The model itself while it is available, else its replacement, or that one's. The effort is the one that goes with the
    /// last replacement that has one.
    fileprivate func successor(
        of name: String, _ availability: ModelAvailability?
    ) -> (model: Model, predecessor: String?, effort: Effort?) {
        var model = self.model(named: name)
        var predecessor: String?
        var effort: Effort?
        // Stays empty, and so costs nothing, while the model is available.
        var seen: Set<String> = []
        while let availability, availability.isGone(model), let replacement = model.replacement {
            seen.insert(model.name)
            guard !seen.contains(replacement.name) else { break }
            predecessor = model.name
            model = self.model(named: replacement.name)
            effort = replacement.effort ?? effort
        }
        return (model, predecessor, effort)
    }
}
