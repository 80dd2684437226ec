/// What a model's tokens cost, in USD per million (OpenAI's Standard tier).
public struct Price: Sendable, Equatable {
    /// The prices of requests of one size.
    public struct Rates: Sendable, Equatable {
        /// Of input tokens that come from no cache.
        public let input: Double
        /// Of input tokens that are read from upstream's prompt cache.
        public let cachedInput: Double
        /// Of input tokens that are written to it.
        public let cacheWrite: Double
        /// Of output tokens; reasoning is part of the output.
        public let output: Double
    }

    /// The prices of requests with many input tokens.
    public struct LongContext: Sendable, Equatable {
        /// A request with more input tokens than this costs the long-context rates as a whole.
        public let threshold: Int
        /// The prices of such a request.
        public let rates: Rates
    }

    /// The prices of ordinary requests.
    public let rates: Rates
    /// The prices of requests with many input tokens; nil where they cost the same.
    public let longContext: LongContext?

    /// The factor of a service tier, by the name that a reply has for it; 1 of tiers that cost the list price or are not
    /// known.
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
