public import Gateway
public import Models
internal import Monitoring
internal import Settings
internal import Translation

/// Warns about models in use that will be shut down soon, and about features that they do not support.
public enum ModelsCheck {
    /// - Parameters:
    ///   - configuration: the settings, which name the models in use.
    ///   - today: the current day.
    ///   - upstream: shutdown dates that upstream reports; they take precedence over the catalogue's.
    public static func run(
        _ configuration: Configuration, on today: Day, upstream: [String: Day] = [:]
    ) -> [Finding] {
        let settings = configuration.settings
        let choices = settings.configuredChoices(settings.availability(on: today)).map(\.choice)
        let findings = shutdowns(settings, today, upstream) + dates(choices, upstream) + efforts(choices)
        let horizon = RetirementWarning.horizon
        return (findings.isEmpty ? [.ok("models", "none in use shuts down within \(horizon) days")] : findings)
            + tools(choices, settings)
    }

    private static func shutdowns(_ settings: TranslationSettings, _ today: Day, _ upstream: [String: Day]) -> [Finding]
    {
        RetirementWarning.all(settings, on: today, shutdowns: upstream).map { warning in
            let text = "\(warning.model) \(warning.text)"
            return warning.isGone && warning.replacement == nil
                ? .problem("models", text, remedy: RetirementWarning.remedy)
                : .warning("models", text, remedy: RetirementWarning.remedy)
        }
    }

    /// Requests follow the catalogue's dates, so a different date of upstream's should be added to the catalogue.
    private static func dates(_ choices: [ModelChoice], _ upstream: [String: Day]) -> [Finding] {
        unique(choices.map(\.sent.name)).compactMap { name in
            let ours = choices.first { $0.sent.name == name }?.sent.shutdown
            guard let theirs = upstream[name], theirs != ours else { return nil }
            return .warning(
                "models",
                "\(name) shuts down on \(theirs) according to upstream, \(ours.map { "on \($0)" } ?? "on no date") according to "
                    + "the catalogue, which requests follow",
                remedy: "a row in MODELS_FILE corrects the catalogue")
        }
    }

    private static func efforts(_ choices: [ModelChoice]) -> [Finding] {
        let wrong = choices.filter { $0.effort != nil && $0.effort != $0.effortSent }
        return unique(
            wrong.map { choice in
                let sent = choice.effortSent.map { "'\($0.rawValue)' is sent" } ?? "none is sent"
                return "\(choice.sent.name) does not support the effort '\(choice.effort?.rawValue ?? "")'; \(sent)"
            }
        ).map { .warning("models", $0, remedy: "gpt-proxy models shows which efforts a model supports") }
    }

    /// Clients that send tools get errors if the target is Chat Completions and the model is one of the newest.
    private static func tools(_ choices: [ModelChoice], _ settings: TranslationSettings) -> [Finding] {
        guard settings.target != .responses else { return [] }
        let models = choices.map { ($0.sent, $0.effortSent) }.filter { model, effort in
            // A model that Chat Completions does not serve is sent to the Responses API anyway.
            model.chat != .no && !model.takesToolsInChat(at: effort)
        }.map(\.0.name)
        guard !models.isEmpty else { return [] }
        return [
            .warning(
                ConfigurationKey.target.rawValue,
                "Chat Completions rejects function tools with \(unique(models).joined(separator: ", "))",
                remedy: "the Responses API accepts them: TARGET_API=responses")
        ]
    }

    private static func unique(_ texts: [String]) -> [String] {
        texts.enumerated().filter { texts.firstIndex(of: $1) == $0 }.map(\.element)
    }
}
