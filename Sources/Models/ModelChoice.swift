/// The model that is sent upstream for the name that a client asks for.
///
/// A class, because every translation passes it on several times.
public final class ModelChoice: Sendable {
    /// The name that the client sent; nil if it sent none.
    public let asked: String?
    /// The model that the model map selected for it, or for the default model.
    public let mapped: String
    /// The model that is sent.
    public let sent: Model
    /// The model that is directly replaced by the one that is sent; nil if none was replaced.
    public let predecessor: String?
    /// The effort that the map, the default model or the replacement sets for a client that sets none; nil if none of them
    /// sets one.
    public let effort: Effort?

    /// The retired model that was replaced; nil if none was.
    public var retired: String? { sent.name == mapped ? nil : mapped }

    /// The names by which a caller's permissions may allow the model.
    public var names: Set<String> { Set([asked ?? mapped, mapped, sent.name]) }

    /// The effort that is sent for a client that sets none: the nearest that the model supports. Nil sends no effort.
    public var effortSent: Effort? { effort.flatMap(sent.effort) }

    /// - Parameters:
    ///   - asked: the name that the client sent.
    ///   - defaultModel: the model for a client that sent no name; it is mapped like a client's own name.
    ///   - map: the model map.
    ///   - catalogue: the catalogue, which names the replacements of retired models.
    ///   - availability: which models are retired; nil replaces none (`RETIRED_MODELS=forward`).
    public convenience init(
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
    ///   - mapped: the model that the model map selected.
    ///   - catalogue: the catalogue, which names the replacements of retired models.
    ///   - availability: which models are retired; nil replaces none.
    public convenience init(mapped: ModelSelection, catalogue: Catalogue, availability: ModelAvailability?) {
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

extension ModelChoice: Equatable {
    /// Whether both have the same names, facts and effort.
    public static func == (left: ModelChoice, right: ModelChoice) -> Bool {
        left.asked == right.asked && left.mapped == right.mapped && left.sent == right.sent
            && left.predecessor == right.predecessor && left.effort == right.effort
    }
}

extension Catalogue {
    /// The model itself while it is available, otherwise its replacement, or the replacement's own replacement. The effort
    /// is that of the last replacement that has one.
    fileprivate func successor(
        of name: String, _ availability: ModelAvailability?
    ) -> (model: Model, predecessor: String?, effort: Effort?) {
        var model = self.model(named: name)
        var predecessor: String?
        var effort: Effort?
        // Stays empty, and therefore costs nothing, while the model is available.
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
