public import Models
public import Translation

/// A model in use that will be shut down soon, or has been shut down without a replacement.
public struct RetirementWarning: Sendable, Equatable {
    /// The warning begins this many days before a shutdown.
    public static let horizon = 60

    /// The model that is sent upstream.
    public let model: String
    /// The first day on which upstream rejects it.
    public let shutdown: Day
    /// The model sent instead from that day on; nil if there is none.
    public let replacement: ModelSelection?
    /// Whether the shutdown date has passed.
    public let isGone: Bool

    /// The warnings about models that clients get without naming them (`DEFAULT_MODEL`, `MODEL_MAP`), and about others.
    ///
    /// - Parameters:
    ///   - settings: which models are sent for which, and the facts about them.
    ///   - day: today.
    ///   - models: other models that are in use.
    ///   - shutdowns: shutdown dates that upstream reports; they take precedence over the catalogue's.
    /// - Returns: one for each model, the earliest shutdown first.
    public static func all(
        _ settings: TranslationSettings, on day: Day, besides models: [String] = [], shutdowns: [String: Day] = [:]
    ) -> [RetirementWarning] {
        let availability = settings.availability(on: day)
        let others = models.map { name in
            ModelChoice(mapped: ModelSelection(name), catalogue: settings.catalogue, availability: availability)
        }
        var seen: Set<String> = []
        return (settings.configuredChoices(availability).map(\.choice) + others).map(\.sent).compactMap { model in
            guard let shutdown = shutdowns[model.name] ?? model.shutdown, day.days(until: shutdown) <= horizon,
                seen.insert(model.name).inserted
            else { return nil }
            let then = ModelChoice(
                mapped: ModelSelection(model.name), catalogue: settings.catalogue,
                availability: settings.availability(on: max(day, shutdown))?.adding(.refused(model.name)))
            return RetirementWarning(
                model: model.name, shutdown: shutdown,
                replacement: then.retired == nil ? nil : ModelSelection(then.sent.name, effort: then.effort),
                isGone: shutdown <= day)
        }.sorted { ($0.shutdown, $0.model) < ($1.shutdown, $1.model) }
    }

    /// A description of the shutdown, as a clause that follows the model's name.
    public var text: String {
        switch (isGone, replacement) {
        case (false, let replacement?): "shuts down on \(shutdown); \(replacement) replaces it from that date"
        case (true, let replacement?): "was shut down on \(shutdown); \(replacement) replaces it"
        case (false, nil): "shuts down on \(shutdown) and is not replaced; upstream will reject it"
        case (true, nil): "was shut down on \(shutdown) and is not replaced; upstream rejects it"
        }
    }

    /// What an operator can do.
    public static let remedy =
        "name its successor in DEFAULT_MODEL or MODEL_MAP; gpt-proxy models lists the models"
}
