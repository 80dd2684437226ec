/// What the Responses API takes of the parameters that depend on the model: the whole table, and nothing else.
///
/// From OpenAI's documentation of its models and refusals of the live API, as of autumn 2026.
enum ParameterSupport {
    /// When a model takes `temperature`, `top_p` and `logprobs`.
    enum Sampling {
        case always
        case never
        /// Only without reasoning, which is this model's default or has to be asked for.
        case withoutReasoning(byDefault: Bool)
    }

    private static let sampling: [(pattern: ModelPattern, sampling: Sampling)] = [
        (ModelPattern("*"), .always),
        (ModelPattern("o1*"), .never),
        (ModelPattern("o3*"), .never),
        (ModelPattern("o4*"), .never),
        (ModelPattern("codex-*"), .never),
        (ModelPattern("gpt-5*"), .withoutReasoning(byDefault: false)),
        (ModelPattern("gpt-5"), .never),
        (ModelPattern("gpt-5-*"), .never),
        (ModelPattern("gpt-5-chat*"), .always),
        (ModelPattern("gpt-5.1*"), .withoutReasoning(byDefault: true)),
        (ModelPattern("gpt-5.2*"), .withoutReasoning(byDefault: true)),
        (ModelPattern("gpt-5.3*"), .withoutReasoning(byDefault: true)),
        (ModelPattern("gpt-5.4*"), .withoutReasoning(byDefault: true)),
        (ModelPattern("gpt-5.*-chat*"), .never),
        (ModelPattern("gpt-5.*-codex*"), .never),
        (ModelPattern("gpt-5.*-pro*"), .never),
    ]

    /// Reasoning efforts that a family refuses, and the nearest that it takes.
    private static let efforts: [(pattern: ModelPattern, replacements: [String: String])] = [
        (ModelPattern("*"), [:]),
        (ModelPattern("gpt-5"), ["none": "minimal"]),
        (ModelPattern("gpt-5-*"), ["none": "minimal"]),
        (ModelPattern("gpt-5.*"), ["minimal": "low"]),
    ]

    /// Whether `model` reasons at that effort, and so refuses sampling parameters; nil means that no effort was given.
    static func reasons(_ model: String, effort: String?) -> Bool {
        switch sampling.mostSpecific(for: model, pattern: \.pattern)?.sampling ?? .always {
        case .always: false
        case .never: true
        case .withoutReasoning(let byDefault): effort.map { $0 != "none" } ?? !byDefault
        }
    }

    /// The effort to send for the one asked for.
    static func effort(_ asked: String, for model: String) -> String {
        efforts.mostSpecific(for: model, pattern: \.pattern)?.replacements[asked] ?? asked
    }

    /// The least `max_output_tokens` that the Responses API accepts.
    static let minimumOutputTokens = 16
}
