public import Models

/// The API that is used upstream (`TARGET_API`).
public enum Target: String, Sendable, CaseIterable {
    /// `{OPENAI_BASE}/responses`.
    case responses
    /// `{OPENAI_BASE}/chat/completions`, with the fields as the client gave them.
    case completions
    /// `{OPENAI_BASE}/chat/completions`, with prompts converted to messages.
    case chat

    /// The path below the base address.
    public var path: String { self == .responses ? "/responses" : "/chat/completions" }

    /// The API to use for a model: this one, unless only the other one serves the model.
    func serving(_ model: Model) -> Target {
        switch self {
        case .responses: !model.isServedByResponses && model.chat != .no ? .chat : self
        case .completions, .chat: model.chat == .no && model.isServedByResponses ? .responses : self
        }
    }
}

/// What to do with a request for a retired model (`RETIRED_MODELS`).
public enum RetiredModelPolicy: String, Sendable, CaseIterable {
    /// Send its replacement.
    case replace
    /// Send it anyway.
    case forward
}

/// Which model a translated response names (`REPLY_MODEL`).
public enum ReplyModel: String, Sendable, CaseIterable {
    /// The model that the client asked for, if another one was sent.
    case asked
    /// Always the model that upstream names.
    case sent
}

/// How `/proxy` sends a conversation to the Responses API (`INPUT_FORMAT`).
public enum InputFormat: String, Sendable, CaseIterable {
    /// One string, if it can represent the whole conversation.
    case transcript
    /// Always one item per message.
    case items
}

/// What to do with parameters that the target does not support (`UNSUPPORTED_PARAMS`).
public enum UnsupportedParameterPolicy: String, Sendable, CaseIterable {
    /// Leave them out and report them in a notice.
    case drop
    /// Reject the request with an error that names them.
    case reject
    /// Send them unchanged.
    case forward
}

/// The operator's settings for the translation. A value type, so that a location of the web server can have its own.
public struct TranslationSettings: Sendable {
    /// The API that is used upstream (`TARGET_API`).
    public var target: Target
    /// The model for requests that name none (`DEFAULT_MODEL`).
    public var defaultModel: ModelSelection
    /// The model map (`MODEL_MAP`).
    public var modelMap: ModelMap
    /// The catalogue with the facts about models (`MODELS_FILE`).
    public var catalogue: Catalogue
    /// What to do with requests for retired models (`RETIRED_MODELS`).
    public var retiredModels: RetiredModelPolicy
    /// Which model a translated response names (`REPLY_MODEL`).
    public var replyModel: ReplyModel
    /// How `/proxy` sends a conversation (`INPUT_FORMAT`).
    public var inputFormat: InputFormat
    /// What to do with parameters that the target does not support (`UNSUPPORTED_PARAMS`).
    public var unsupportedParameters: UnsupportedParameterPolicy
    /// Maximum number of choices that a client may ask for (`N_MAX`). Each choice is an upstream request.
    public var maximumChoices: Int
    /// Number of tokens added to the client's limit for a model that reasons (`REASONING_HEADROOM`).
    public var reasoningHeadroom: Int
    /// Whether encrypted reasoning is requested. If it is, it has to be cached between turns.
    public var keepsReasoning: Bool

    /// Creates settings with the defaults of the operator's settings, except that reasoning is not kept: that requires a
    /// cache.
    public init(
        target: Target = .responses, defaultModel: ModelSelection = ModelSelection("gpt-5"),
        modelMap: ModelMap = .standard, catalogue: Catalogue = .standard, retiredModels: RetiredModelPolicy = .replace,
        replyModel: ReplyModel = .asked, inputFormat: InputFormat = .transcript,
        unsupportedParameters: UnsupportedParameterPolicy = .drop,
        maximumChoices: Int = 8, reasoningHeadroom: Int = 0, keepsReasoning: Bool = false
    ) {
        self.target = target
        self.defaultModel = defaultModel
        self.modelMap = modelMap
        self.catalogue = catalogue
        self.retiredModels = retiredModels
        self.replyModel = replyModel
        self.inputFormat = inputFormat
        self.unsupportedParameters = unsupportedParameters
        self.maximumChoices = maximumChoices
        self.reasoningHeadroom = reasoningHeadroom
        self.keepsReasoning = keepsReasoning
    }
}

extension TranslationSettings {
    /// The availability of models on a day, by their shutdown dates; nil if retired models are not replaced.
    public func availability(on day: Day) -> ModelAvailability? {
        retiredModels == .replace ? ModelAvailability(on: day) : nil
    }

    /// The model to send for the name that a client asks for; nil stands for a client that names none.
    func choice(for asked: String?, _ availability: ModelAvailability?) -> ModelChoice {
        ModelChoice(
            asked: asked, defaultModel: defaultModel, map: modelMap, catalogue: catalogue, availability: availability)
    }

    /// The models that the configuration selects: first the model for requests that name none, then those of the model map.
    public func configuredChoices(_ availability: ModelAvailability?) -> [(asked: ModelPattern?, choice: ModelChoice)] {
        [(nil, choice(for: nil, availability))]
            + modelMap.effectiveEntries.map { entry in
                (entry.asked, ModelChoice(mapped: entry.sent, catalogue: catalogue, availability: availability))
            }
    }
}
