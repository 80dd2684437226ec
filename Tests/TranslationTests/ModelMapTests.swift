import Testing
import Translation

struct ModelMapTests {
    @Test(arguments: [
        ("gpt-4o", "gpt-5"), ("gpt-4o-mini", "gpt-5-mini"), ("gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
        ("my-model", "my-model"),
    ])
    func `the original's two models are replaced and no others`(asked: String, sent: String) {
        #expect(ModelMap.standard(asked) == sent)
    }

    @Test(arguments: [
        ("gpt-4o-2024-05-13", "gpt-5"), ("gpt-4o-mini-2024", "small"), ("gpt-4o-mini", "tiny"), ("gpt-4o", "gpt-5"),
        ("x", "any"), ("ft:gpt-4o:org", "tuned"),
    ])
    func `the most specific entry wins`(asked: String, sent: String) throws {
        let map = try ModelMap(
            parsing: "*=any, gpt-4o-*=gpt-5,gpt-4o-mini*=small,gpt-4o-mini=tiny,ft:*:org=tuned")
        #expect(map(asked) == sent)
    }

    @Test(arguments: ["gpt-4o", "=gpt-5", "gpt-4o=", "a=b=c", "a=b,c", "a=gpt-*"])
    func `an entry that is no pair is an error that names it`(text: String) {
        #expect(throws: ModelMapError.self) { try ModelMap(parsing: text) }
    }

    @Test func `empty entries and white space are passed over`() throws {
        #expect(try ModelMap(parsing: " a = b , ,")("a") == "b")
    }

    @Test(arguments: [
        ("gpt-*", "gpt-5", true), ("*", "", true), ("a*b*c", "aXbYbZc", true), ("a*b", "ab", true),
        ("a*b", "abc", false), ("gpt-5", "gpt-5-mini", false), ("**", "x", true),
    ])
    func `a star matches any run of characters`(pattern: String, name: String, matches: Bool) {
        #expect(ModelPattern(pattern).matches(name) == matches)
    }
}
