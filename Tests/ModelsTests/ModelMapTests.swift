import Models
import Testing

struct ModelMapTests {
    @Test(arguments: [
        ("gpt-4o", "gpt-5"), ("gpt-4o-mini", "gpt-5-mini"), ("gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
        ("my-model", "my-model"),
    ])
    func `only the original proxy's two models are replaced`(asked: String, sent: String) {
        #expect(ModelMap.standard(asked) == ModelSelection(sent))
    }

    @Test(arguments: [
        ("gpt-4o-2024-05-13", "gpt-5"), ("gpt-4o-mini-2024", "small"), ("gpt-4o-mini", "tiny"), ("gpt-4o", "gpt-5"),
        ("x", "any"), ("ft:gpt-4o:org", "tuned"),
    ])
    func `the most specific entry wins`(asked: String, sent: String) throws {
        let map = try ModelMap(
            parsing: "*=any, gpt-4o-*=gpt-5,gpt-4o-mini*=small,gpt-4o-mini=tiny,ft:*:org=tuned")
        #expect(map(asked) == ModelSelection(sent))
    }

    @Test(
        arguments: [
            ("gpt-6-luna:none", "gpt-6-luna", Effort.none), ("gpt-7:max", "gpt-7", .max),
            ("llama3:8b", "llama3:8b", nil),
            ("ft:gpt-4o:acme::low", "ft:gpt-4o:acme:", .low), ("ft:gpt-4o", "ft:gpt-4o", nil), ("x:", "x:", nil),
            ("x:None", "x:None", nil), ("\tgpt-7\n", "gpt-7", nil),
        ] as [(String, String, Effort?)])
    func `the replacement's name can be followed by an effort`(text: String, name: String, effort: Effort?) throws {
        #expect(try ModelMap(parsing: "gpt-4o=\(text)")("gpt-4o") == ModelSelection(name, effort: effort))
    }

    @Test(arguments: ["gpt-4o", "=gpt-5", "gpt-4o=", "a=b=c", "a=b,c", "a=gpt-*", "a=:none"])
    func `an invalid entry is an error`(text: String) {
        #expect(throws: ModelMapError.self) { try ModelMap(parsing: text) }
    }

    @Test func `empty entries and white space are ignored`() throws {
        #expect(try ModelMap(parsing: " a = b , ,")("a") == ModelSelection("b"))
    }

    @Test(arguments: [
        ("gpt-*", "gpt-5", true), ("*", "", true), ("a*b*c", "aXbYbZc", true), ("a*b", "ab", true),
        ("a*b", "abc", false), ("gpt-5", "gpt-5-mini", false), ("**", "x", true),
    ])
    func `a star matches any run of characters`(pattern: String, name: String, matches: Bool) {
        #expect(ModelPattern(pattern).matches(name) == matches)
    }
}
