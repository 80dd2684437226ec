internal import Glibc

/// The upper bounds of a histogram's buckets.
///
/// The published bounds are those that OpenTelemetry's conventions for generative AI recommend. Between two of them are three
/// more, so that percentiles estimated from the buckets are accurate to about 10 %.
public struct Bounds: Sendable {
    /// The number of buckets from one published bound to the next.
    public static let subdivision = 4

    /// All bounds in ascending order. The first and every fourth after it are published.
    public let values: [Double]

    /// The factor from the bounds' unit to that of the sums, which are integers.
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

    /// The published bounds, each with the index of the last bucket that it includes.
    public var published: [(bound: Double, index: Int)] {
        stride(from: 0, to: values.count, by: Self.subdivision).map { (values[$0], $0) }
    }

    /// The index of the bucket for a value.
    func bucket(of value: Double) -> Int {
        var low = 0
        var high = values.count
        while low < high {
            let middle = (low + high) / 2
            if value <= values[middle] { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Seconds, from 0.01 to 81.92; sums in microseconds.
    static let duration = Bounds(published: (0...13).map { 0.01 * Double(1 << $0) }, sumScale: 1e6)

    /// Seconds, from 0.001 to 10; sums in microseconds.
    static let firstByte = Bounds(
        published: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10], sumScale: 1e6
    )

    /// Tokens, from 1 to 67 million.
    static let tokens = Bounds(published: (0...13).map { Double(1 << (2 * $0)) }, sumScale: 1)
}
