public import JSON

/// The tokens that a response used.
public struct Usage: Sendable, Equatable {
    /// Input tokens: the prompt, as upstream counts it.
    public var input: Int
    /// The tokens of `input` that were read from upstream's prompt cache.
    public var cached: Int
    /// The tokens of `input` that were written to upstream's prompt cache.
    public var cacheWritten: Int
    /// Output tokens, including reasoning.
    public var output: Int
    /// The tokens of `output` that were used for reasoning.
    public var reasoning: Int
    /// Index of the client's prompt that `input` counts.
    public var promptIndex = 0
    /// The tier that served the request (`service_tier`), which determines its price; nil if upstream does not report it.
    public var serviceTier: String?

    /// Reads `usage` and `service_tier` from a response of either API, or of another one. Nil if it has no usage.
    public init?(of reply: Value?) {
        guard let reply, let value = reply["usage"], value.kind == .object,
            let input = (value["input_tokens"] ?? value["prompt_tokens"])?.tokenCount,
            // Embeddings have no output.
            let output = (value["output_tokens"] ?? value["completion_tokens"])?.tokenCount
                ?? (value["total_tokens"] == nil ? nil : 0)
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

    /// Maximum length of a tier's name, in bytes. Real names are shorter; a longer one is ignored, because upstream may
    /// send anything.
    private static let longestTier = 32

    /// Reads the usage of the response to a request.
    init?(of reply: Value?, for context: ReplyContext) {
        self.init(of: reply)
        promptIndex = context.promptIndex
    }

    /// The sum of two usages. Saturates, because upstream may send any numbers.
    public static func + (one: Usage, other: Usage) -> Usage {
        var sum = one
        for field in [\Usage.input, \.cached, \.cacheWritten, \.output, \.reasoning] {
            let (value, overflows) = one[keyPath: field].addingReportingOverflow(other[keyPath: field])
            sum[keyPath: field] = overflows ? .max : value
        }
        return sum
    }

    /// The sum of several usages, with a shared prompt counted once; nil if there are none.
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
    /// A token count. Upstream may send any number, and some servers send -1 for unknown counts: a negative count becomes
    /// 0, and a count that no request can have becomes 2⁴⁰.
    fileprivate var tokenCount: Int? {
        integer.map { min(max(0, $0), 1 << 40) }
    }
}
