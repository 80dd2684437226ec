/// A histogram of times in bounded memory, for percentiles without a list of all times.
///
/// Up to 64 ms each millisecond has its own bucket; above that every doubling is divided into 32 equal buckets, as in
/// HdrHistogram. A percentile is the middle of its bucket, so its error is at most 1/64, which is 1.6 %. A histogram has at
/// most 992 buckets (up to 2³⁵ ms, which is a year; longer times are counted as that), and only as many as its longest time
/// needs.
struct Histogram: Equatable {
    private static let exactBits = 6
    private static let bucketsPerDoubling = 32
    private static let greatest = 1 << 35 - 1

    private(set) var counts: [UInt32] = []
    private(set) var count = 0

    mutating func add(_ milliseconds: Int) {
        let index = Self.index(of: min(milliseconds, Self.greatest))
        if index >= counts.count { counts.append(contentsOf: repeatElement(0, count: index + 1 - counts.count)) }
        counts[index] &+= 1
        count += 1
    }

    static func += (sum: inout Histogram, other: Histogram) {
        let missing = other.counts.count - sum.counts.count
        if missing > 0 { sum.counts.append(contentsOf: repeatElement(0, count: missing)) }
        for (index, count) in other.counts.enumerated() { sum.counts[index] &+= count }
        sum.count += other.count
    }

    /// The time in milliseconds that a share of all requests, from 0 to 1, did not exceed; nil if the histogram is empty.
    func percentile(_ share: Double) -> Int? {
        guard count > 0 else { return nil }
        // The nearest rank: the smallest time that at least this share does not exceed.
        let rank = max(1, Int((share * Double(count)).rounded(.up)))
        var seen = 0
        for (index, count) in counts.enumerated() {
            seen += Int(count)
            if seen >= rank { return Self.middle(ofBucket: index) }
        }
        return nil
    }

    /// The lowest time of a bucket, in milliseconds.
    static func start(ofBucket index: Int) -> Int {
        guard index >= 1 << exactBits else { return index }
        let (doubling, part) = (index - 1 << exactBits).quotientAndRemainder(dividingBy: bucketsPerDoubling)
        return (bucketsPerDoubling + part) << (doubling + 1)
    }

    private static func middle(ofBucket index: Int) -> Int {
        (start(ofBucket: index) + start(ofBucket: index + 1) - 1) / 2
    }

    private static func index(of value: Int) -> Int {
        guard value >= 1 << exactBits else { return max(0, value) }
        let doubling = Int.bitWidth - 1 - value.leadingZeroBitCount - exactBits
        return 1 << exactBits + doubling * bucketsPerDoubling + (value >> (doubling + 1)) - bucketsPerDoubling
    }
}
