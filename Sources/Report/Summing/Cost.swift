internal import Models

/// What requests cost, as far as their models have a price.
struct Cost: Equatable {
    /// What is known, in USD.
    var known = 0.0
    /// How many requests used tokens that have a price.
    var priced = 0
    /// How many requests used tokens of a model without a price.
    var unpriced = 0

    static func += (sum: inout Cost, other: Cost) {
        sum.known += other.known
        sum.priced += other.priced
        sum.unpriced += other.unpriced
    }

    /// What is known of it, in USD; nil when nothing is known, though tokens were used.
    var amount: Double? { priced == 0 && unpriced > 0 ? nil : known }
}

extension Cost {
    /// What one request cost; nothing, if it used no tokens.
    ///
    /// - Parameters:
    ///   - price: the price of its model; nil when there is none.
    ///   - factor: what its service tier multiplies that by.
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
    /// What one request costs at the list price, in USD. Reasoning is part of the output and paid as such.
    func cost(of tokens: Tokens) -> Double {
        let rates = rates(forInput: tokens.input)
        // A log may say anything; what upstream read from its cache and wrote to it is part of the input.
        let cached = min(tokens.cached, tokens.input)
        let cacheWritten = min(tokens.cacheWritten, tokens.input - cached)
        let uncached = tokens.input - cached - cacheWritten
        let input =
            Double(uncached) * rates.input + Double(cached) * rates.cachedInput
            + Double(cacheWritten) * rates.cacheWrite
        return (input + Double(tokens.output) * rates.output) / 1_000_000
    }
}
