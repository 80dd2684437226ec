/// The reason why a client's request cannot be translated. The client has to correct it: the status is 400.
public struct RequestError: Error, Sendable, Equatable {
    /// What is wrong and how to fix it, for humans.
    public var message: String

    /// The invalid field, as a path: `messages[2].content[0].type`; nil if the whole body is invalid.
    public var param: String?

    /// OpenAI's error code, for programs: `invalid_type`, `unsupported_parameter` …
    public var code: String?

    /// Creates an error with the texts that the client receives.
    public init(message: String, param: String? = nil, code: String? = nil) {
        self.message = message
        self.param = param
        self.code = code
    }

    static func missing(_ param: String) -> RequestError {
        RequestError(
            message: "Missing required parameter: '\(param)'.", param: param, code: "missing_required_parameter")
    }

    static func onlyInChat(_ model: String) -> RequestError {
        RequestError(
            message: "The model '\(model)' is available in Chat Completions only: use /v1/chat/completions.",
            param: "model", code: "unsupported_model")
    }

    static func invalidType(_ param: String, expected: String, got kind: String) -> RequestError {
        RequestError(
            message: "Invalid type for '\(param)': expected \(expected), but got \(kind) instead.", param: param,
            code: "invalid_type")
    }

    static func invalidValue(_ param: String, _ value: String, supported: String) -> RequestError {
        RequestError(
            message: "Invalid value for '\(param)': '\(value)'. Supported values are: \(supported).", param: param,
            code: "invalid_value")
    }
}
