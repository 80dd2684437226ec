/// The sums of a period.
struct Interval: Equatable {
    var requests = 0
    var errors = 0
    var tokens = Tokens()
    var cost = Cost()

    mutating func add(_ line: RequestLine, _ cost: Cost) {
        requests += 1
        if line.isError { errors += 1 }
        tokens += line.tokens
        self.cost += cost
    }

    static func += (sum: inout Interval, other: Interval) {
        sum.requests += other.requests
        sum.errors += other.errors
        sum.tokens += other.tokens
        sum.cost += other.cost
    }
}
