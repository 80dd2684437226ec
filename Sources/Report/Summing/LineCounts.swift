/// Counts of lines by their kind.
struct LineCounts: Equatable {
    /// Request lines.
    var requests = 0
    /// Request lines that the selection excludes.
    var leftOut = 0
    /// Lines that are not request lines.
    var other = 0
    /// Request lines with missing parts.
    var damaged = 0

    static func += (sum: inout LineCounts, other: LineCounts) {
        sum.requests += other.requests
        sum.leftOut += other.leftOut
        sum.other += other.other
        sum.damaged += other.damaged
    }
}
