public import JSON

/// What a reply cost, in tokens.
public struct Usage: Sendable, Equatable {
    /// What went in: the prompt, as upstream counts it.
    public var input: Int
    /// Of `input`, those read from upstream's prompt cache.
    public var cached: Int
    /// Of `input`, those written to it.
    public var cacheWritten: Int
    /// What came out, reasoning included.
    public var output: Int
    /// Of `output`, those spent on reasoning.
    public var reasoning: Int
    /// Which of the client's prompts `input` is.
    public var promptIndex = 0
    /// The tier that served the request (`service_tier`), which its price depends on; nil when upstream does not say.
    public var serviceTier: String?

    /// Reads what a reply of either API says of itself: its `usage` and its `service_tier`. Nil when it has no usage.
    public init?(of reply: Value?) {
        guard let reply, let value = reply["usage"], value.kind == .object,
            let input = (value["input_tokens"] ?? value["prompt_tokens"])?.tokenCount,
            let output = (value["output_tokens"] ?? value["completion_tokens"])?.tokenCount
        else { return nil }
        self.input = input
        self.output = output
        let inputDetails = value["input_tokens_details"] ?? value["prompt_tokens_details"]
        cached = inputDetails?["cached_tokens"]?.tokenCount ?? 0
        cacheWritten = inputDetails?["cache_write_tokens"]?.tokenCount ?? 0
        reasoning =
            (value["output_tokens_details"] ?? value["completion_tokens_details"])?["reasoning_tokens"]?.tokenCount ?? 0
        serviceTier = reply["service_tier"]?.string.flatMap { $0.utf8.count <= Self.longestTier ? $0 : nil }
    }

    /// In bytes. No tier has a longer name, and upstream may say anything.
    private static let longestTier = 32

    /// Reads the usage of the reply to a request.
    init?(of reply: Value?, for context: ReplyContext) {
        self.init(of: reply)
        promptIndex = context.promptIndex
    }

    /// Two replies' together. Saturates, for upstream may say anything.
    public static func + (one: Usage, other: Usage) -> Usage {
        var sum = one
        for field in [\Usage.input, \.cached, \.cacheWritten, \.output, \.reasoning] {
            let (value, overflows) = one[keyPath: field].addingReportingOverflow(other[keyPath: field])
            sum[keyPath: field] = overflows ? .max : value
        }
        return sum
    }

    /// What several replies cost together, a prompt that they share counted once; nil when there is none.
    public static func sum(of usages: some Sequence<Usage>) -> Usage? {
        var counted: Set<Int> = []
        return usages.reduce(nil) { sum, usage in
            var usage = usage
            if !counted.insert(usage.promptIndex).inserted {
                (usage.input, usage.cached, usage.cacheWritten) = (0, 0, 0)
            }
            return sum.map { $0 + usage } ?? usage
        }
    }
}

extension Value {
    /// A number of tokens, as upstream says it. Upstream may say anything, and some servers say -1 for what they do not know: what
    /// is below zero counts as zero, and what no request can have as 2⁴⁰.
    fileprivate var tokenCount: Int? {
        integer.map { min(max(0, $0), 1 << 40) }
    }
}
