internal import CGI
internal import Models
internal import Settings
internal import Translation

extension TranslationSettings {
    /// These settings with the overrides of the web server's location (`fastcgi_param GPT_PROXY_TARGET_API …`). A request
    /// header cannot set such a parameter, because headers arrive as `HTTP_…`.
    ///
    /// - Throws: ``ConfigurationError`` if a value is invalid.
    func overridden(by parameters: Parameters) throws(ConfigurationError) -> TranslationSettings {
        // An empty value counts as not set, as in the environment.
        let overrides = parameters.withPrefix("GPT_PROXY_").filter { !$0.value.isEmpty }
        guard !overrides.isEmpty else { return self }
        var values = ConfigurationValues(overrides)
        var settings = self
        for key in ConfigurationKey.allCases where key.mayBeOverriddenPerLocation && overrides[key.rawValue] != nil {
            switch key {
            case .target: settings.target = values.choice(key, of: Target.self) ?? target
            case .defaultModel:
                settings.defaultModel = values.modelSelection(key) ?? defaultModel
            case .modelMap: settings.modelMap = values.modelMap(key) ?? modelMap
            case .replyModel: settings.replyModel = values.choice(key, of: ReplyModel.self) ?? replyModel
            case .inputFormat: settings.inputFormat = values.choice(key, of: InputFormat.self) ?? inputFormat
            case .unsupportedParameters:
                settings.unsupportedParameters =
                    values.choice(key, of: UnsupportedParameterPolicy.self) ?? unsupportedParameters
            default: continue
            }
        }
        guard values.faults.isEmpty else { throw ConfigurationError(faults: values.faults) }
        return settings
    }
}
