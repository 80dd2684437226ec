/// Why a client's request cannot be translated. Always the client's to mend: the status is 400.
public struct RequestError: Error, Sendable, Equatable {
    /// What is wrong and the way out, for people.
    public var message: String

    /// The field at fault, as a path: `messages[2].content[0].type`. Nil when it is the body as a whole.
    public var param: String?

    /// OpenAI's word for the kind of error, for programs: `invalid_type`, `unsupported_parameter` …
    public var code: String?

    /// An error in the words that the client gets.
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
            message: "The model '\(model)' is served by Chat Completions only: ask it at /v1/chat/completions.",
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
