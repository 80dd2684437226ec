/// What became of the lines.
struct LineCounts: Equatable {
    /// Lines of requests.
    var requests = 0
    /// Of those, the ones that the selection leaves out.
    var leftOut = 0
    /// Lines that are not about a request.
    var other = 0
    /// Lines of requests of which something is missing.
    var damaged = 0

    static func += (sum: inout LineCounts, other: LineCounts) {
        sum.requests += other.requests
        sum.leftOut += other.leftOut
        sum.other += other.other
        sum.damaged += other.damaged
    }
}
