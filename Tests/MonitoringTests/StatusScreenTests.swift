import Testing

@testable import Monitoring

@Suite struct StatusScreenTests {
    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1,000"), (27_045, "27,045"), (999_999, "999,999"), (1_250_000, "1.3M"),
        (2_000_000_000, "2.0G"),
    ])
    func `counts have thousands separators, and large ones are abbreviated`(count: Int, text: String) {
        #expect(Quantity.count(count) == text)
    }

    @Test(arguments: [
        (0.0, "0 ms"), (0.35, "350 ms"), (12.34, "12.3 s"), (75.0, "1m 15s"), (10_860.0, "3h 1m"),
        (176_400.0, "2d 1h"), (-1.0, "0 ms"),
    ])
    func `durations are shown in a suitable unit`(seconds: Double, text: String) {
        #expect(Quantity.duration(seconds) == text)
    }

    @Test func `the greatest value is a full block and zero the lowest`() {
        #expect(Sparkline.text([0, 1, 4, 8], width: 4) == "▁▂▅█")
        #expect(Sparkline.text([0, 0], width: 4) == "▁▁")
        #expect(Sparkline.text([], width: 4) == "")
    }

    @Test func `a relatively small value differs from zero`() {
        #expect(Sparkline.text([0, 1, 1000], width: 3) == "▁▂█")
    }

    @Test func `with more values than columns, each column shows the greatest of its values`() {
        #expect(Sparkline.text([9, 0, 0, 0, 9, 0], width: 3) == "█▁█")
        #expect(Sparkline.text(Array(repeating: 1, count: 360), width: 50).count <= 50)
    }
}
