import Testing

@testable import Monitoring

struct OpenMetricsTests {
    @Test(arguments: [
        ("a", "a"), (#"a"b\c"#, #"a\"b\\c"#), ("a\nb", #"a\nb"#), ("a\"\u{301}} 9", "a\\\"\u{301}} 9"),
    ])
    func `no name can end a label, not even with a combining mark after a quote`(name: String, written: String) {
        var metrics = OpenMetrics()
        metrics.family("m", "gauge", "x")
        metrics.sample([("model", name)], "1")
        #expect(metrics.text.hasSuffix("m{model=\"\(written)\"} 1\n"))
    }
}
