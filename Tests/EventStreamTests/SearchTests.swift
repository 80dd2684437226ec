import EventStream
import Testing

struct SearchTests {
    private func contains(_ bytes: String, _ text: StaticString) -> Bool {
        Array(bytes.utf8).span.bytes.contains(text)
    }

    @Test(arguments: 0...20, 0...20)
    func `a text is found at any position`(before: Int, behind: Int) {
        let bytes = { String(repeating: "\"", count: before) + $0 + String(repeating: "\"", count: behind) }
        #expect(contains(bytes(#""usage":{"#), #""usage":{"#))
        #expect(contains(bytes(#""error":"#), #""error":"#))
        #expect(!contains(bytes(#""usage":["#), #""usage":{"#))
        #expect(!contains(bytes(#""usage""#), #""usage":{"#))
    }

    @Test
    func `a text is not found in fewer bytes`() {
        #expect(!contains("", #""error":"#))
        #expect(!contains(#""error""#, #""error":"#))
    }
}
