import JSON
import Testing
import Translation

struct UsageTests {
    @Test(arguments: [
        ("-1", 0), ("-9223372036854775808", 0), ("0", 0), ("7", 7), ("1099511627776", 1 << 40),
        ("4611686018427387904", 1 << 40), ("9223372036854775807", 1 << 40),
    ])
    func `token counts are clamped to a plausible range`(number: String, tokens: Int) throws {
        let text = #"""
            {"usage":{"input_tokens":\#(number),"input_tokens_details":{"cached_tokens":\#(number),\#
            "cache_write_tokens":\#(number)},"output_tokens":\#(number),\#
            "output_tokens_details":{"reasoning_tokens":\#(number)}}}
            """#
        let usage = try #require(Usage(of: try Document(parsing: Array(text.utf8)).root))
        let counts = [usage.input, usage.cached, usage.cacheWritten, usage.output, usage.reasoning]
        #expect(counts == Array(repeating: tokens, count: 5))
    }

    @Test(arguments: ["9223372036854775808", "1e300", "3.5", #""7""#, "null", "[]"])
    func `usage without an integer count is ignored`(number: String) throws {
        let text = #"{"usage":{"input_tokens":\#(number),"output_tokens":1}}"#
        #expect(Usage(of: try Document(parsing: Array(text.utf8)).root) == nil)
    }
}
