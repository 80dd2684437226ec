internal import JSON

/// A request of the legacy Completions API as requests for upstream: one for each prompt.
struct CompletionRequest {
    /// Each prompt is a request upstream, or as many as it has choices, all at the same time.
    private static let maximumPromptCount = 128

    /// - Throws: when there are too many choices of all prompts together.
    static func checkCount(_ count: Int) throws(RequestError) {
        guard count <= maximumPromptCount else {
            throw RequestError(
                message:
                    "Invalid 'n': \(count) choices in all. Expected at most \(maximumPromptCount) of all prompts together.",
                param: "n", code: "integer_above_max_value")
        }
    }

    let request: ClientRequest
    let prompts: [Value]

    init(_ request: ClientRequest) throws(RequestError) {
        self.request = request
        let body = request.body
        if body.given("suffix") != nil {
            throw RequestError(
                message:
                    "Unsupported parameter: 'suffix'. Today's models do not insert text; put what follows into the "
                    + "prompt.",
                param: "suffix", code: "unsupported_parameter")
        }
        prompts = try Self.prompts(of: body)
    }

    private static func prompts(of body: Value) throws(RequestError) -> [Value] {
        guard let prompt = body.given("prompt") else { throw .missing("prompt") }
        let prompts = prompt.kind == .array ? Array(prompt.elements) : [prompt]
        guard !prompts.isEmpty, prompts.count <= maximumPromptCount else {
            throw RequestError(
                message: "Invalid 'prompt': expected 1 to \(maximumPromptCount) prompts, but got \(prompts.count).",
                param: "prompt", code: "invalid_value")
        }
        for prompt in prompts where prompt.kind != .string {
            throw RequestError(
                message:
                    "Invalid 'prompt': expected a string or an array of strings. Tokens cannot be sent: their numbers "
                    + "mean other text to other models.",
                param: "prompt", code: "invalid_type")
        }
        return prompts
    }

    /// What the reply's translation has to know of the request with that prompt.
    func context(for prompt: Value) throws(RequestError) -> ReplyContext {
        var context = request.context
        context.form = .completion
        if try request.body.boolIfGiven("echo") == true { context.echo = prompt.stringContents }
        return context
    }
}
