internal import JSON

/// The legacy `prompt` field.
enum Prompt {
    /// The prompt of a request without messages: a string, or a list of one string.
    static func single(of body: Value) throws(RequestError) -> Value {
        guard let prompt = body.given("prompt") else {
            throw RequestError(
                message: "Missing required parameter: 'messages' (or 'prompt').", param: "messages",
                code: "missing_required_parameter")
        }
        if prompt.kind == .string { return prompt }
        var elements = prompt.elements
        if let only = elements.next(), elements.next() == nil, only.kind == .string { return only }
        throw RequestError(
            message:
                "Invalid 'prompt': expected a string. Send each prompt in its own request, and tokens as text.",
            param: "prompt", code: "invalid_type")
    }
}
