import JSON

extension Rules {
    /// The rules of `POST /chat/completions`, as measured on the live API with gpt-5.6.
    static let chat: [Rule] = [
        known([
            "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs",
            "max_completion_tokens", "max_tokens", "messages", "metadata", "modalities", "model",
            "moderation", "n", "parallel_tool_calls", "prediction", "presence_penalty",
            "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
            "reasoning_effort", "response_format", "safety_identifier", "seed", "service_tier",
            "stop", "store", "stream", "stream_options", "temperature", "tool_choice", "tools",
            "top_logprobs", "top_p", "user", "verbosity", "web_search_options",
        ]),
        required("model"),
        servedByChat,
        required("messages"),
        effortInChat,
        functionToolsInChat,
        notWhileReasoning("max_tokens", advice: " Use 'max_completion_tokens' instead."),
        notWhileReasoning("stop"),
        notWhileReasoning("logit_bias"),
        notWhileReasoning("prediction"),
        sampling("frequency_penalty", default: 0) { _ in .unsupportedParameter("frequency_penalty") },
        sampling("presence_penalty", default: 0) { _ in .unsupportedParameter("presence_penalty") },
        { request in
            request["logprobs"]?.bool == true && !request.takesSampling ? .unsupportedParameter("logprobs") : nil
        },
        sampling("top_p", default: 1) { _ in .unsupportedParameter("top_p") },
        sampling("temperature", default: 1) { value in
            APIError(
                message: """
                    Unsupported value: 'temperature' does not support \(value) with this model. Only the default (1) value \
                    is supported.
                    """,
                param: "temperature", code: "unsupported_value")
        },
        { request in
            guard let n = request["n"]?.integer, n > 8 else { return nil }
            return APIError(
                message: "Invalid 'n': integer above maximum value. Expected a value <= 8, but got \(n) instead.",
                param: "n", code: "integer_above_max_value")
        },
    ]
}
