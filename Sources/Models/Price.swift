/// The price of a model's tokens, in USD per million (OpenAI's Standard tier).
public struct Price: Sendable, Equatable {
    /// The prices of requests of one size.
    public struct Rates: Sendable, Equatable {
        /// The price of input tokens that are not read from a cache.
        public let input: Double
        /// The price of input tokens that are read from upstream's prompt cache.
        public let cachedInput: Double
        /// The price of input tokens that are written to upstream's prompt cache.
        public let cacheWrite: Double
        /// The price of output tokens, including reasoning.
        public let output: Double
    }

    /// The prices of requests with many input tokens.
    public struct LongContext: Sendable, Equatable {
        /// A request with more input tokens than this costs the long-context rates for all its tokens.
        public let threshold: Int
        /// The prices of such a request.
        public let rates: Rates
    }

    /// The prices of ordinary requests.
    public let rates: Rates
    /// The prices of requests with many input tokens; nil if they are the same.
    public let longContext: LongContext?

    /// The price factor of a service tier, by its name in the response; 1 for tiers that cost the list price or are
    /// unknown.
    public static func factor(ofTier tier: String?) -> Double {
        switch tier {
        case "flex", "batch": 0.5
        case "priority", "fast": 2
        default: 1
        }
    }

    /// The prices of a request with that many input tokens.
    public func rates(forInput tokens: Int) -> Rates {
        if let longContext, tokens > longContext.threshold { longContext.rates } else { rates }
    }
}
