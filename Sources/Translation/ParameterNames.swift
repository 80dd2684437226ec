/// The parameters of the older APIs.
enum ParameterNames {
    static let known: Set<String> = [
        "audio", "best_of", "echo", "frequency_penalty", "function_call", "functions", "include", "input",
        "instructions",
        "logit_bias", "logprobs", "max_completion_tokens", "max_output_tokens", "max_tokens", "max_tool_calls",
        "messages", "metadata", "modalities", "model", "moderation", "n", "parallel_tool_calls", "prediction",
        "presence_penalty", "prompt", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "reasoning",
        "reasoning_effort", "response_format", "safety_identifier", "seed", "service_tier", "stop", "store", "stream",
        "stream_options", "suffix", "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p",
        "truncation", "user", "verbosity", "web_search_options",
    ]
}

extension Notice {
    /// The field's parameter, for metrics: `tools` for `tools[2].strict`. A name that is not a parameter of any API is `other`,
    /// because a client may send any number of different names.
    public var parameter: String {
        let name = String(field.prefix { $0 != "." && $0 != "[" })
        return ParameterNames.known.contains(name) ? name : "other"
    }
}
