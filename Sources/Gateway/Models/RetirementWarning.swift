public import Models
public import Translation

/// A model in use that is about to be shut down, or that has been and is not replaced.
public struct RetirementWarning: Sendable, Equatable {
    /// How many days ahead an operator wants to know.
    public static let horizon = 60

    /// The model that upstream is asked for.
    public let model: String
    /// The first day on which upstream refuses it.
    public let shutdown: Day
    /// What is asked instead from that day on; nil when upstream's refusal is passed on.
    public let next: ModelSelection?
    /// Whether the day has come.
    public let isGone: Bool

    /// The warnings about models that clients get without naming them (`DEFAULT_MODEL`, `MODEL_MAP`), and about others.
    ///
    /// - Parameters:
    ///   - settings: what is asked for what, and what is known of models.
    ///   - day: today.
    ///   - models: other models that upstream was asked for.
    ///   - shutdowns: what upstream itself says of its models' last days, which counts before the catalogue.
    /// - Returns: one for each model, the earliest first.
    public static func all(
        _ settings: TranslationSettings, on day: Day, besides models: [String] = [], shutdowns: [String: Day] = [:]
    ) -> [RetirementWarning] {
        var targets = [settings.modelMap(settings.defaultModel.name).name]
        targets += settings.modelMap.entries.filter { entry in
            // Of two entries for one name, the later counts.
            entry.asked.text.contains("*") || settings.modelMap(entry.asked.text) == entry.sent
        }.map(\.sent.name)
        var known: Set<String> = []
        return (targets + models).compactMap { target in
            let model = choice(of: target, settings, ModelAvailability(on: day)).sent
            guard let shutdown = shutdowns[model.name] ?? model.shutdown, day.days(until: shutdown) <= horizon,
                known.insert(model.name).inserted
            else { return nil }
            let then = ModelAvailability(on: max(day, shutdown), refused: [model.name])
            let next = choice(of: model.name, settings, then)
            return RetirementWarning(
                model: model.name, shutdown: shutdown,
                next: next.retired == nil ? nil : ModelSelection(next.sent.name, effort: next.effort),
                isGone: shutdown <= day)
        }.sorted { ($0.shutdown, $0.model) < ($1.shutdown, $1.model) }
    }

    private static func choice(
        of target: String, _ settings: TranslationSettings, _ availability: ModelAvailability
    ) -> ModelChoice {
        ModelChoice(
            asked: target, defaultModel: settings.defaultModel, map: .empty, catalogue: settings.catalogue,
            availability: settings.retiredModels == .replace ? availability : nil)
    }

    /// What will happen, or has, in a clause that follows the model's name.
    public var text: String {
        let refusal = isGone ? "upstream refuses it" : "upstream refuses it from then on"
        return (isGone ? "was shut down on \(shutdown)" : "shuts down on \(shutdown)")
            + (next.map { "; from then on \($0) is asked instead" } ?? "; \(refusal), and nothing is asked instead")
    }

    /// What an operator can do about it.
    public static let remedy =
        "choose the model that replaces it in DEFAULT_MODEL and MODEL_MAP; gpt-proxy models shows what there is"
}
