@testable import Report
import Testing

struct HistogramTests {
    private static let shares = [0, 0.01, 0.5, 0.9, 0.95, 0.99, 1]

    /// Times from several distributions, generated with a fixed seed so that every run has the same ones.
    private static let lists: [[Int]] = {
        var state: UInt64 = 9
        func random(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        return [
            [0], [63, 64, 65], Array(0..<1000), (0..<5000).map { _ in random(below: 600_000) },
            (0..<5000).map { _ in 1 << random(below: 34) + random(below: 1000) }, Array(repeating: 1500, count: 10),
        ]
    }()

    @Test(arguments: lists)
    func `percentiles are exact within a sixty-fourth`(times: [Int]) throws {
        var histogram = Histogram()
        for time in times { histogram.add(time) }
        let sorted = times.sorted()
        for share in Self.shares {
            let exact = sorted[max(1, Int((share * Double(sorted.count)).rounded(.up))) - 1]
            let found = try #require(histogram.percentile(share))
            #expect(Double(abs(found - exact)) <= Double(exact) / 64, "\(share): \(found), exactly \(exact)")
        }
    }

    @Test func `an empty histogram has no percentile`() {
        #expect(Histogram().percentile(0.5) == nil)
    }

    @Test func `the sum of two histograms is the histogram of all times`() {
        var (one, other, both) = (Histogram(), Histogram(), Histogram())
        for time in 0..<100 { one.add(time) }
        for time in stride(from: 50, to: 100_000, by: 7) { other.add(time) }
        for time in 0..<100 { both.add(time) }
        for time in stride(from: 50, to: 100_000, by: 7) { both.add(time) }
        var sum = one
        sum += other
        #expect(sum == both)
        other += one
        #expect(other == both)
    }

    @Test func `the longest time needs no more than the maximum number of buckets`() {
        var histogram = Histogram()
        histogram.add(.max)
        #expect(histogram.counts.count == 992)
    }

    @Test func `every bucket starts where the previous one ends`() {
        for time in Array(0..<2000) + Array(stride(from: 2000, to: 100_000, by: 331)) {
            var histogram = Histogram()
            histogram.add(time)
            let bucket = histogram.counts.count - 1
            #expect(Histogram.start(ofBucket: bucket) <= time && time < Histogram.start(ofBucket: bucket + 1))
        }
    }
}
