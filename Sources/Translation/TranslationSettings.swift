public import Models

/// Which API upstream is asked in (`TARGET_API`).
public enum Target: String, Sendable, CaseIterable {
    /// `{OPENAI_BASE}/responses`.
    case responses
    /// `{OPENAI_BASE}/chat/completions`, with the fields as the client gave them.
    case completions
    /// `{OPENAI_BASE}/chat/completions`, prompts turned into messages.
    case chat

    /// The path below the base address.
    public var path: String { self == .responses ? "/responses" : "/chat/completions" }

    /// The API in which a model is asked: this one, unless only the other one serves it.
    func serving(_ model: Model) -> Target {
        switch self {
        case .responses: !model.isServedByResponses && model.chat != .no ? .chat : self
        case .completions, .chat: model.chat == .no && model.isServedByResponses ? .responses : self
        }
    }
}

/// What becomes of a request for a model that is gone (`RETIRED_MODELS`).
public enum RetiredModelPolicy: String, Sendable, CaseIterable {
    /// Its replacement is asked.
    case replace
    /// It is asked all the same.
    case forward
}

/// How `/proxy` sends a conversation to the Responses API (`INPUT_FORMAT`).
public enum InputFormat: String, Sendable, CaseIterable {
    /// One string, where nothing is lost by it.
    case transcript
    /// One item per message, always.
    case items
}

/// What becomes of parameters that the target refuses (`UNSUPPORTED_PARAMS`).
public enum UnsupportedParameterPolicy: String, Sendable, CaseIterable {
    /// Left out and named in a notice.
    case drop
    /// An error that names them.
    case reject
    /// Sent as they are.
    case forward
}

/// What the operator decides about translation. A value, so that a location of the web server can have its own.
public struct TranslationSettings: Sendable {
    /// The API that upstream is asked in (`TARGET_API`).
    public var target: Target
    /// The model of requests that name none (`DEFAULT_MODEL`).
    public var defaultModel: ModelSelection
    /// Which models are replaced by which (`MODEL_MAP`).
    public var modelMap: ModelMap
    /// What is known of models (`MODELS_FILE`).
    public var catalogue: Catalogue
    /// What becomes of requests for models that are gone (`RETIRED_MODELS`).
    public var retiredModels: RetiredModelPolicy
    /// How `/proxy` sends a conversation (`INPUT_FORMAT`).
    public var inputFormat: InputFormat
    /// What becomes of parameters that the target refuses (`UNSUPPORTED_PARAMS`).
    public var unsupportedParameters: UnsupportedParameterPolicy
    /// The most choices that a client may ask for (`N_MAX`), each of which is a request upstream.
    public var maximumChoices: Int
    /// How many tokens a model that reasons gets on top of the client's limit (`REASONING_HEADROOM`).
    public var reasoningHeadroom: Int
    /// Whether reasoning is asked for in encrypted form, for somebody keeps it between turns.
    public var keepsReasoning: Bool

    /// Settings as they are where the operator says nothing; but reasoning is not kept, since somebody has to keep it.
    public init(
        target: Target = .responses, defaultModel: ModelSelection = ModelSelection("gpt-5"),
        modelMap: ModelMap = .standard, catalogue: Catalogue = .standard, retiredModels: RetiredModelPolicy = .replace,
        inputFormat: InputFormat = .transcript, unsupportedParameters: UnsupportedParameterPolicy = .drop,
        maximumChoices: Int = 8, reasoningHeadroom: Int = 0, keepsReasoning: Bool = false
    ) {
        self.target = target
        self.defaultModel = defaultModel
        self.modelMap = modelMap
        self.catalogue = catalogue
        self.retiredModels = retiredModels
        self.inputFormat = inputFormat
        self.unsupportedParameters = unsupportedParameters
        self.maximumChoices = maximumChoices
        self.reasoningHeadroom = reasoningHeadroom
        self.keepsReasoning = keepsReasoning
    }
}

extension TranslationSettings {
    /// Which models are gone on a day, as far as the calendar says; nil where none is replaced.
    public func availability(on day: Day) -> ModelAvailability? {
        retiredModels == .replace ? ModelAvailability(on: day) : nil
    }

    /// The model that is sent for the name that a client asks for; nil for a client that names none.
    func choice(for asked: String?, _ availability: ModelAvailability?) -> ModelChoice {
        ModelChoice(
            asked: asked, defaultModel: defaultModel, map: modelMap, catalogue: catalogue, availability: availability)
    }

    /// The models that clients get without naming them: that of requests without a model first, then those of the map.
    public func configuredChoices(_ availability: ModelAvailability?) -> [(asked: ModelPattern?, choice: ModelChoice)] {
        [(nil, choice(for: nil, availability))]
            + modelMap.effectiveEntries.map { entry in
                (entry.asked, ModelChoice(mapped: entry.sent, catalogue: catalogue, availability: availability))
            }
    }
}
