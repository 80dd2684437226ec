import JSON
import Models

extension Rules {
    /// The rules of `POST /responses` that a translator can break. Messages, `param` and `code` are as measured on the live
    /// API with gpt-5.6.
    static let responses: [Rule] = [
        { $0["messages"] == nil ? nil : movedToInput },
        { $0["presence_penalty"] == nil ? nil : unsupported("presence_penalty") },
        { $0["frequency_penalty"] == nil ? nil : unsupported("frequency_penalty") },
        known([
            "access_programs", "background", "background_options", "context_management",
            "conversation", "image", "include", "input", "instructions", "max_output_tokens",
            "max_tool_calls", "metadata", "model", "moderation", "parallel_tool_calls",
            "previous_response_id", "prompt", "prompt_cache_key", "prompt_cache_options",
            "prompt_cache_retention", "reasoning", "safety_identifier", "service_tier", "store",
            "stream", "stream_options", "temperature", "text", "tool_choice", "tools",
            "top_logprobs", "top_p", "truncation", "user",
        ]),
        { request in
            request["stream_options"]?.members.first { $0.name != "include_obfuscation" }
                .map { .unknownParameter("stream_options.\($0.name)") }
        },
        required("model"),
        servedByResponses,
        { hasContext($0) || $0.given("input") != nil ? nil : .missingParameter("input") },
        { !hasContext($0) && isEmpty($0) ? emptyInput : nil },
        minimum(16, of: "max_output_tokens"),
        oneOf(["auto", "default", "fast", "flex", "priority"], "service_tier"),
        effortInResponses,
        sampling("temperature", default: 1) { _ in unsupported("temperature") },
        sampling("top_p") { _ in unsupported("top_p") },
        sampling("top_logprobs", default: 0) { _ in logprobs("top_logprobs") },
        { request in
            guard request.model.reasoning == .never, asks(request, for: "reasoning.encrypted_content") else {
                return nil
            }
            return APIError(message: "Encrypted content is not supported with this model.", param: "include")
        },
        { asks($0, for: "message.output_text.logprobs") && !$0.takesSampling ? logprobs("include") : nil },
        { request in
            firstIndex(in: request["tools"]) { ($0["type"]?.isString("function") ?? false) && $0.given("name") == nil }
                .map { .missingParameter("tools[\($0)].name") }
        },
        { $0["tool_choice"]?["type"]?.isString("function") ?? false ? missing("tool_choice", "name", in: $0) : nil },
        { request in
            guard let format = request["text"]?["format"], format["type"]?.isString("json_schema") ?? false else {
                return nil
            }
            return format.given("name") == nil ? .missingParameter("text.format.name") : nil
        },
        { request in
            guard let id = request["previous_response_id"]?.string, !Identifier.isResponse(id) else { return nil }
            return APIError(
                message: "Previous response with id '\(id)' not found.", param: "previous_response_id",
                code: "previous_response_not_found")
        },
        { $0["input"].flatMap { input in InputRules.firstViolation(in: input) } },
        { request in request["input"].flatMap { InputRules.uselessReasoning(in: $0, model: request.model) } },
        { hasContext($0) ? nil : $0["input"].flatMap { input in InputRules.unpairedCall(in: input) } },
    ]

    /// The rules of `POST /responses/compact`.
    static let compaction: [Rule] = [required("model"), servedByResponses]

    /// The rules of `POST /responses/input_tokens`.
    static let inputTokens: [Rule] = [servedByResponses]

    private static let movedToInput = APIError(
        message: """
            Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'. Try again with \
            the new parameter. See the API documentation for more information: \
            https://platform.openai.com/docs/api-reference/responses/create.
            """,
        code: "unsupported_parameter")

    private static let emptyInput = APIError(
        message: "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be provided.",
        code: "missing_required_parameter")

    /// Here, unlike elsewhere, the API sends no code.
    private static func unsupported(_ name: String) -> APIError {
        APIError(message: "Unsupported parameter: '\(name)' is not supported with this model.", param: name)
    }

    private static func logprobs(_ name: String) -> APIError {
        APIError(
            message: "logprobs are not supported with reasoning models.", param: name, code: "unsupported_parameter")
    }

    /// Whether the request refers to stored context, so that its input need not be complete.
    private static func hasContext(_ request: ModelRequest) -> Bool {
        ["previous_response_id", "conversation", "prompt"].contains { request.given($0) != nil }
    }

    private static func isEmpty(_ request: ModelRequest) -> Bool {
        guard let input = request["input"] else { return true }
        return input.isEmptyContainer || input.isString("")
    }

    private static func asks(_ request: ModelRequest, for included: StaticString) -> Bool {
        request["include"]?.elements.contains { $0.isString(included) } ?? false
    }

    private static func missing(_ outer: StaticString, _ inner: StaticString, in request: ModelRequest) -> APIError? {
        request[outer]?.given(inner) == nil ? .missingParameter("\(outer).\(inner)") : nil
    }

    private static func firstIndex(in array: Value?, where matches: (Value) -> Bool) -> Int? {
        array?.elements.enumerated().first { matches($0.element) }?.offset
    }
}
