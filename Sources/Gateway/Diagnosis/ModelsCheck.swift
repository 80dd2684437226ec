public import Models
internal import Translation

/// Looks for models in use that are about to be shut down, and for what they cannot do as they are asked.
public enum ModelsCheck {
    /// - Parameters:
    ///   - configuration: which models are in use.
    ///   - today: the day.
    ///   - upstream: what upstream itself says of its models' last days, which counts before the catalogue.
    public static func run(
        _ configuration: Configuration, on today: Day, upstream: [String: Day] = [:]
    ) -> [Finding] {
        let settings = configuration.settings
        let warnings = RetirementWarning.all(settings, on: today, shutdowns: upstream)
        let findings = warnings.map { warning in
            let text = "\(warning.model) \(warning.text)"
            return warning.isGone && warning.next == nil
                ? Finding.problem("models", text, remedy: RetirementWarning.remedy)
                : .warning("models", text, remedy: RetirementWarning.remedy)
        }
        let horizon = RetirementWarning.horizon
        return (findings.isEmpty ? [.ok("models", "none in use shuts down within \(horizon) days")] : findings)
            + tools(settings, today)
    }

    /// Programs that offer tools fail where Chat Completions is asked for the newest models.
    private static func tools(_ settings: TranslationSettings, _ today: Day) -> [Finding] {
        guard settings.target != .responses else { return [] }
        let translator = RequestTranslator(settings: settings, availability: ModelAvailability(on: today))
        let choices = [nil, "gpt-4o", "gpt-4o-mini"].map { translator.choice(for: $0) }
        let models = choices.filter { !$0.sent.takesToolsInChat(at: $0.effort) }.map(\.sent.name)
        guard !models.isEmpty else { return [] }
        let names = Set(models).sorted().joined(separator: ", ")
        return [
            .warning(
                ConfigurationKey.target.rawValue, "Chat Completions refuses function tools with \(names)",
                remedy: "the Responses API takes them: TARGET_API=responses")
        ]
    }
}
