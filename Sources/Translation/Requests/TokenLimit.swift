internal import JSON

/// The client's limit on output tokens, under either of Chat Completions' two names.
struct TokenLimit {
    /// At least 1.
    let tokens: Int
    /// The field that the client used.
    let field: String

    /// Nil if neither is given. The newer field, `max_completion_tokens`, takes precedence.
    init?(of body: Value, notices: inout Notices) throws(RequestError) {
        let older = try Self.positiveInteger("max_tokens", of: body)
        let newer = try Self.positiveInteger("max_completion_tokens", of: body)
        if let older, let newer, older != newer {
            notices.dropped("max_tokens", "is ignored because 'max_completion_tokens' is given")
        }
        guard let tokens = newer ?? older else { return nil }
        self.tokens = tokens
        field = newer == nil ? "max_tokens" : "max_completion_tokens"
    }

    private static func positiveInteger(_ name: StaticString, of body: Value) throws(RequestError) -> Int? {
        guard let value = body.given(name) else { return nil }
        guard let number = value.integer else {
            throw .invalidType(name.description, expected: "an integer", got: value.kind.described)
        }
        guard number >= 1 else {
            throw RequestError(
                message:
                    "Invalid '\(name)': integer below minimum value. Expected a value >= 1, but got \(number) instead.",
                param: name.description, code: "integer_below_min_value")
        }
        return number
    }
}
