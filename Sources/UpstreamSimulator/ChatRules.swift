import JSON

extension Rules {
    /// What `POST /chat/completions` refuses, as measured on the live API with gpt-5.6.
    static let chat: [Rule] = [
        known([
            "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs", "max_completion_tokens",
            "max_tokens", "messages", "metadata", "modalities", "model", "moderation", "n", "parallel_tool_calls",
            "prediction", "presence_penalty", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
            "reasoning_effort", "response_format", "safety_identifier", "seed", "service_tier", "stop", "store", "stream",
            "stream_options", "temperature", "tool_choice", "tools", "top_logprobs", "top_p", "user", "verbosity",
            "web_search_options",
        ]),
        required("model"),
        required("messages"),
        refusedWhileReasoning("max_tokens", effort: effort) { _ in
            unsupported("max_tokens", advice: " Use 'max_completion_tokens' instead.")
        },
        refusedWhileReasoning("stop", effort: effort) { _ in unsupported("stop") },
        refusedWhileReasoning("logit_bias", effort: effort) { _ in unsupported("logit_bias") },
        refusedWhileReasoning("prediction", effort: effort) { _ in unsupported("prediction") },
        refusedWhileReasoning("frequency_penalty", default: 0, effort: effort) { _ in unsupported("frequency_penalty") },
        refusedWhileReasoning("presence_penalty", default: 0, effort: effort) { _ in unsupported("presence_penalty") },
        { $0["logprobs"]?.bool == true && reasons($0) ? unsupported("logprobs") : nil },
        refusedWhileReasoning("top_p", default: 1, effort: effort) { _ in unsupported("top_p") },
        refusedWhileReasoning("temperature", default: 1, effort: effort) { value in
            APIError(
                message: """
                    Unsupported value: 'temperature' does not support \(value) with this model. Only the default (1) value \
                    is supported.
                    """,
                param: "temperature", code: "unsupported_value")
        },
        { body in
            guard let n = body["n"]?.integer, n > 8 else { return nil }
            return APIError(
                message: "Invalid 'n': integer above maximum value. Expected a value <= 8, but got \(n) instead.",
                param: "n", code: "integer_above_max_value")
        },
    ]

    private static func unsupported(_ name: String, advice: String = "") -> APIError {
        APIError(
            message: "Unsupported parameter: '\(name)' is not supported with this model.\(advice)", param: name,
            code: "unsupported_parameter")
    }

    private static let effort: @Sendable (Value) -> String? = { $0["reasoning_effort"]?.string }

    private static func reasons(_ body: Value) -> Bool {
        Model(body["model"]?.string ?? "").reasons(effort: effort(body))
    }
}
