public import JSON

/// What a reply cost, in tokens.
public struct Usage: Sendable, Equatable {
    public var input: Int
    /// Of `input`, those read from upstream's prompt cache.
    public var cached: Int
    public var output: Int
    /// Of `output`, those spent on reasoning.
    public var reasoning: Int

    /// Reads a `usage` object of either API. Nil when it is not one.
    public init?(_ value: Value?) {
        guard let value, value.kind == .object,
            let input = (value["input_tokens"] ?? value["prompt_tokens"])?.integer,
            let output = (value["output_tokens"] ?? value["completion_tokens"])?.integer
        else { return nil }
        self.input = input
        self.output = output
        cached =
            (value["input_tokens_details"] ?? value["prompt_tokens_details"])?["cached_tokens"]?.integer ?? 0
        reasoning =
            (value["output_tokens_details"] ?? value["completion_tokens_details"])?["reasoning_tokens"]?.integer ?? 0
    }
}
