internal import JSON

/// A request of the legacy Completions API, which becomes one upstream request per prompt.
struct CompletionRequest {
    /// The number of upstream requests that a request with several prompts may become, if `N_MAX` is not greater. Client
    /// libraries send up to 20 prompts in one request.
    private static let usualLimit = 32

    /// - Throws: ``RequestError`` if the choices of all prompts together exceed the limit.
    static func checkCount(_ count: Int, _ settings: TranslationSettings) throws(RequestError) {
        let limit = max(usualLimit, settings.maximumChoices)
        guard count <= limit else {
            throw RequestError(
                message:
                    "\(count) choices in total ('prompt' times 'n'): expected at most \(limit). Send several requests, "
                    + "or ask the operator to raise N_MAX.",
                param: "n", code: "integer_above_max_value")
        }
    }

    let request: ClientRequest
    let prompts: [Value]

    init(_ request: ClientRequest, _ settings: TranslationSettings) throws(RequestError) {
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
        try Self.checkCount(prompts.count, settings)
    }

    private static func prompts(of body: Value) throws(RequestError) -> [Value] {
        guard let prompt = body.given("prompt") else { throw .missing("prompt") }
        let prompts = prompt.kind == .array ? Array(prompt.elements) : [prompt]
        guard !prompts.isEmpty else {
            throw RequestError(
                message: "Invalid 'prompt': expected one prompt or more, but got none.", param: "prompt",
                code: "invalid_value")
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
