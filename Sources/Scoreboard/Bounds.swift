internal import Glibc

/// The upper bounds of a histogram's buckets.
///
/// Those that are published are the ones that OpenTelemetry's conventions for generative AI advise; between two of them lie
/// three more, so that percentiles read off the buckets are true to about a tenth.
public struct Bounds: Sendable {
    /// How many buckets lie between two published bounds.
    public static let subdivision = 4

    /// All bounds, rising; the published ones are the first and each fourth after it.
    public let values: [Double]

    /// How many of a bucket's units the sum counts in one: sums are whole numbers.
    public let sumScale: Double

    private init(published: [Double], sumScale: Double) {
        var values = [published[0]]
        for (lower, upper) in zip(published, published.dropFirst()) {
            for part in 1..<Self.subdivision {
                values.append(lower * pow(upper / lower, Double(part) / Double(Self.subdivision)))
            }
            values.append(upper)
        }
        self.values = values
        self.sumScale = sumScale
    }

    /// The bounds to publish, with the index of the last bucket that each one covers.
    public var published: [(bound: Double, index: Int)] {
        stride(from: 0, to: values.count, by: Self.subdivision).map { (values[$0], $0) }
    }

    /// The bucket that a value falls into.
    func bucket(of value: Double) -> Int {
        var low = 0
        var high = values.count
        while low < high {
            let middle = (low + high) / 2
            if value <= values[middle] { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Seconds, from a hundredth to a minute and a half; sums in microseconds.
    static let duration = Bounds(published: (0...13).map { 0.01 * Double(1 << $0) }, sumScale: 1e6)

    /// Seconds, from a millisecond to ten seconds; sums in microseconds.
    static let firstByte = Bounds(
        published: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10], sumScale: 1e6
    )

    /// Tokens, from one to 67 millions.
    static let tokens = Bounds(published: (0...13).map { Double(1 << (2 * $0)) }, sumScale: 1)
}
