import Testing
import Translation

@testable import Gateway

struct PassedBytesTests {
    private func usage(of body: String, pieces size: Int) -> Usage? {
        let bytes = Array(body.utf8)
        var passed = PassedBytes(isJSON: true)
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            passed.consume(bytes[start..<min(start + size, bytes.count)].span.bytes, into: &output)
        }
        passed.bodyHasEnded(isWhole: true, into: &output)
        #expect(output == bytes)
        return passed.usage
    }

    @Test(arguments: [1, 7, 1000, 100_000])
    func `the usage at the end of a long list is found, however the body is split`(size: Int) {
        let vectors = [String](repeating: "[0.123,-0.456]", count: 3000).joined(separator: ",")
        let body = #"{"data":[\#(vectors)],"model":"m","usage":{"prompt_tokens":8,"total_tokens":8}}"# + "\n"
        let usage = usage(of: body, pieces: size)
        #expect(usage?.input == 8 && usage?.output == 0)
    }

    @Test(arguments: [
        "", "{}", #"{"usage":"#, #"{"data":"\"usage\":{\"prompt_tokens\":1,\"total_tokens\":1}"}"#,
        #"{"data":{"usage":{"prompt_tokens":1,"total_tokens":1}}}"#, "usage",
    ])
    func `nothing else is taken for the usage`(body: String) {
        #expect(usage(of: body, pieces: 4) == nil)
    }
}
