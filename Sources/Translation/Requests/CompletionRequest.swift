internal import JSON

/// A request of the legacy Completions API, which becomes one upstream request per prompt.
struct CompletionRequest {
    /// Limit on the number of prompts, and of choices for all prompts together. Each is an upstream request, and all are
    /// sent at the same time.
    private static let maximumPromptCount = 128

    /// - Throws: ``RequestError`` if the choices of all prompts together exceed the limit.
    static func checkCount(_ count: Int) throws(RequestError) {
        guard count <= maximumPromptCount else {
            throw RequestError(
                message:
                    "Invalid 'n': \(count) choices in total. Expected at most \(maximumPromptCount) for all prompts.",
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
                    "Unsupported parameter: 'suffix'. Current models cannot insert text; put the suffix into the "
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
                    "Invalid 'prompt': expected a string or an array of strings. Token ids are not supported: "
                    + "they differ between models.",
                param: "prompt", code: "invalid_type")
        }
        return prompts
    }

    /// The facts about the request with that prompt that the response's translation needs.
    func context(for prompt: Value) throws(RequestError) -> ReplyContext {
        var context = request.context
        context.form = .completion
        if try request.body.boolIfGiven("echo") == true { context.echo = prompt.stringContents }
        return context
    }
}
