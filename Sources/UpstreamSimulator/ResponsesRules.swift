import JSON

extension Rules {
    /// What `POST /responses` refuses and a translator can get wrong. Wordings, `param` and `code` as measured on the live
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
        { body in
            body["stream_options"]?.members.first { $0.name != "include_obfuscation" }
                .map { .unknownParameter("stream_options.\($0.name)") }
        },
        required("model"),
        { hasContext($0) || $0.given("input") != nil ? nil : .missingParameter("input") },
        { !hasContext($0) && isEmpty($0) ? emptyInput : nil },
        minimum(16, of: "max_output_tokens"),
        oneOf(["auto", "default", "fast", "flex", "priority"], "service_tier"),
        effort,
        refusedWhileReasoning("temperature", default: 1, effort: effort(of:)) { _ in unsupported("temperature") },
        refusedWhileReasoning("top_p", effort: effort(of:)) { _ in unsupported("top_p") },
        refusedWhileReasoning("top_logprobs", default: 0, effort: effort(of:)) { _ in logprobs("top_logprobs") },
        { body in
            guard asks(body, for: "reasoning.encrypted_content"), !model(body).isReasoner else { return nil }
            return APIError(message: "Encrypted content is not supported with this model.", param: "include")
        },
        {
            asks($0, for: "message.output_text.logprobs") && model($0).reasons(effort: effort(of: $0))
                ? logprobs("include") : nil
        },
        { body in
            firstIndex(in: body["tools"]) { ($0["type"]?.isString("function") ?? false) && $0.given("name") == nil }
                .map { .missingParameter("tools[\($0)].name") }
        },
        { $0["tool_choice"]?["type"]?.isString("function") ?? false ? missing("tool_choice", "name", in: $0) : nil },
        { body in
            guard let format = body["text"]?["format"], format["type"]?.isString("json_schema") ?? false else {
                return nil
            }
            return format.given("name") == nil ? .missingParameter("text.format.name") : nil
        },
        { body in
            guard let id = body["previous_response_id"]?.string, !Identifier.isResponse(id) else { return nil }
            return APIError(
                message: "Previous response with id '\(id)' not found.", param: "previous_response_id",
                code: "previous_response_not_found")
        },
        { $0["input"].flatMap { input in InputRules.firstViolation(in: input) } },
        { body in body["input"].flatMap { InputRules.uselessReasoning(in: $0, model: model(body)) } },
        { hasContext($0) ? nil : $0["input"].flatMap { input in InputRules.unpairedCall(in: input) } },
    ]

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

    private static let effort: Rule = { body in
        guard let effort = effort(of: body) else { return nil }
        guard Model.efforts.contains(effort) else {
            return .invalidValue(effort, of: "reasoning.effort", supported: Model.efforts)
        }
        let model = model(body)
        guard !model.efforts.contains(effort) else { return nil }
        return APIError(
            message: """
                Unsupported value: '\(effort)' is not supported with the '\(model.name)' model. Supported values are: \
                \(model.efforts.quotedList).
                """,
            param: "reasoning.effort", code: "unsupported_value")
    }

    private static func model(_ body: Value) -> Model { Model(body["model"]?.string ?? "") }

    private static func effort(of body: Value) -> String? { body["reasoning"]?["effort"]?.string }

    /// Whether the conversation began elsewhere, so that the input alone need not be complete.
    private static func hasContext(_ body: Value) -> Bool {
        body.given("previous_response_id") != nil || body.given("conversation") != nil || body.given("prompt") != nil
    }

    private static func isEmpty(_ body: Value) -> Bool {
        guard let input = body["input"] else { return true }
        return input.isEmptyContainer || input.isString("")
    }

    private static func asks(_ body: Value, for included: StaticString) -> Bool {
        body["include"]?.elements.contains { $0.isString(included) } ?? false
    }

    private static func missing(_ outer: StaticString, _ inner: StaticString, in body: Value) -> APIError? {
        body[outer]?.given(inner) == nil ? .missingParameter("\(outer).\(inner)") : nil
    }

    private static func firstIndex(in array: Value?, where matches: (Value) -> Bool) -> Int? {
        array?.elements.enumerated().first { matches($0.element) }?.offset
    }
}
