/// The sums of a group of requests.
struct Tally: Equatable {
    var requests = 0
    /// Requests that failed, other than by the client's disconnect.
    var errors = 0
    var clientsLeft = 0
    var retries = 0
    var tokens = Tokens()
    /// Streams that ended before upstream reported their usage.
    var unaccounted = Unaccounted()
    /// The cost of requests to models with a price.
    var cost = Cost()
    var firstByte = Histogram()
    var duration = Histogram()

    mutating func add(_ line: RequestLine, _ cost: Cost) {
        requests += 1
        if line.isError { errors += 1 }
        if line.clientLeft { clientsLeft += 1 }
        retries = retries.saturatingAdd(line.retries)
        tokens += line.tokens
        unaccounted.add(line)
        self.cost += cost
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

/// Streams that ended before upstream reported their usage.
struct Unaccounted: Equatable {
    var requests = 0
    /// The output tokens received until then.
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
