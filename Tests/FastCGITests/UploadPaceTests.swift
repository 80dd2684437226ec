import NIOCore
import Testing

@testable import FastCGI

struct UploadPaceTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func after(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }

    @Test func `a slow upload that makes progress is not too slow`() {
        var pace = UploadPace(from: start, bytesPerSecond: 500, limit: .minutes(15))
        for second in 1...800 as ClosedRange<Int64> {
            pace.count(500)
            guard after(second) >= pace.nextCheck else { continue }
            let isTooSlow = pace.isTooSlow(at: after(second))
            #expect(!isTooSlow, "after \(second) s")
        }
    }

    @Test func `an upload with hardly any progress is too slow after one window`() {
        var pace = UploadPace(from: start, bytesPerSecond: 500, limit: .minutes(15))
        pace.count(9_999)
        #expect(pace.nextCheck == after(20))
        let first = pace.isTooSlow(at: after(19))
        #expect(!first)
        let second = pace.isTooSlow(at: after(20))
        #expect(second)
    }

    @Test func `bytes received in one window do not count in the next`() {
        var pace = UploadPace(from: start, bytesPerSecond: 500, limit: .minutes(15))
        pace.count(10_000_000)
        let first = pace.isTooSlow(at: after(20))
        #expect(!first)
        let second = pace.isTooSlow(at: after(40))
        #expect(second)
    }

    @Test func `a fast upload still has to end within the time limit`() {
        var pace = UploadPace(from: start, bytesPerSecond: 500, limit: .seconds(30))
        pace.count(1_000_000)
        let first = pace.isTooSlow(at: after(20))
        #expect(!first)
        pace.count(1_000_000)
        #expect(pace.nextCheck == after(30))
        let second = pace.isTooSlow(at: after(30))
        #expect(second)
    }

    @Test func `without a minimum rate only the time limit applies`() {
        var pace = UploadPace(from: start, bytesPerSecond: 0, limit: .seconds(30))
        let first = pace.isTooSlow(at: after(20))
        #expect(!first)
        let second = pace.isTooSlow(at: after(30))
        #expect(second)
    }
}
