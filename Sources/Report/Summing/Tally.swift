/// The sums of some requests.
struct Tally: Equatable {
    var requests = 0
    /// Those that ended with an error, but not because the client left.
    var errors = 0
    var clientsLeft = 0
    var retries = 0
    var tokens = Tokens()
    /// Streams that ended before upstream had said what they took.
    var unaccounted = Unaccounted()
    /// What the requests to models with a price cost.
    var cost = Cost()
    var firstByte = Histogram()
    var duration = Histogram()

    mutating func add(_ line: RequestLine, price: Price?) {
        requests += 1
        if line.isError { errors += 1 }
        if line.clientLeft { clientsLeft += 1 }
        retries = retries.saturatingAdd(line.retries)
        tokens += line.tokens
        unaccounted.add(line)
        cost.add(line.tokens, at: price)
        if let firstByte = line.firstByte { self.firstByte.add(firstByte) }
        if let duration = line.duration { self.duration.add(duration) }
    }

    static func += (sum: inout Tally, other: Tally) {
        sum.requests += other.requests
        sum.errors += other.errors
        sum.clientsLeft += other.clientsLeft
        sum.retries = sum.retries.saturatingAdd(other.retries)
        sum.tokens += other.tokens
        sum.unaccounted += other.unaccounted
        sum.cost += other.cost
        sum.firstByte += other.firstByte
        sum.duration += other.duration
    }
}

/// What is known of streams that ended before upstream had said what they took.
struct Unaccounted: Equatable {
    var requests = 0
    /// The output tokens that had come by then.
    var outputTokensSeen = 0

    mutating func add(_ line: RequestLine) {
        guard line.outputTokensSeen > 0 else { return }
        requests += 1
        outputTokensSeen = outputTokensSeen.saturatingAdd(line.outputTokensSeen)
    }

    static func += (sum: inout Unaccounted, other: Unaccounted) {
        sum.requests += other.requests
        sum.outputTokensSeen = sum.outputTokensSeen.saturatingAdd(other.outputTokensSeen)
    }
}

/// What requests cost, as far as their models have a price.
struct Cost: Equatable {
    /// What is known, in USD.
    var known = 0.0
    /// How many requests used tokens that have a price.
    var priced = 0
    /// How many requests used tokens of a model without a price.
    var unpriced = 0

    mutating func add(_ tokens: Tokens, at price: Price?) {
        guard tokens.sum > 0 else { return }
        guard let price else { return unpriced += 1 }
        known += price.cost(of: tokens)
        priced += 1
    }

    static func += (sum: inout Cost, other: Cost) {
        sum.known += other.known
        sum.priced += other.priced
        sum.unpriced += other.unpriced
    }

    /// What is known of it, in USD; nil when nothing is known, though tokens were used.
    var amount: Double? { priced == 0 && unpriced > 0 ? nil : known }
}
