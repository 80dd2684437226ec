internal import Models

/// The cost of requests whose models have a price.
struct Cost: Equatable {
    /// The known part, in USD.
    var known = 0.0
    /// The number of requests that used tokens of a model with a price.
    var priced = 0
    /// The number of requests that used tokens of a model without a price.
    var unpriced = 0

    static func += (sum: inout Cost, other: Cost) {
        sum.known += other.known
        sum.priced += other.priced
        sum.unpriced += other.unpriced
    }

    /// The known cost in USD; nil if tokens were used, but none have a price.
    var amount: Double? { priced == 0 && unpriced > 0 ? nil : known }
}

extension Cost {
    /// The cost of one request; zero if it used no tokens.
    ///
    /// - Parameters:
    ///   - price: the price of its model; nil if there is none.
    ///   - factor: the cost factor of its service tier.
    init(of tokens: Tokens, at price: Price?, times factor: Double) {
        guard tokens.sum > 0 else { return }
        if let price {
            known = price.cost(of: tokens) * factor
            priced = 1
        } else {
            unpriced = 1
        }
    }
}

extension Price {
    /// The cost of one request at the list price, in USD. Reasoning is part of the output and billed as such.
    func cost(of tokens: Tokens) -> Double {
        let rates = rates(forInput: tokens.input)
        // A log may contain any numbers, but cached and cache-written tokens are always part of the input.
        let cached = min(tokens.cached, tokens.input)
        let cacheWritten = min(tokens.cacheWritten, tokens.input - cached)
        let uncached = tokens.input - cached - cacheWritten
        let input =
            Double(uncached) * rates.input + Double(cached) * rates.cachedInput
            + Double(cacheWritten) * rates.cacheWrite
        return (input + Double(tokens.output) * rates.output) / 1_000_000
    }
}
