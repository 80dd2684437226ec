import JSON
import Testing
import Translation

@testable import Gateway

struct RefusedParametersTests {
    private func refused(_ field: String, _ value: String, code: String = "unsupported_parameter") throws
        -> RefusedParameter
    {
        let error = #"{"error":{"message":"No.","param":"\#(field)","code":"\#(code)"}}"#
        let request = #"{"\#(field)":\#(value)}"#
        return try #require(
            RefusedParameter(
                Document(parsing: Array(error.utf8)).root, refusing: Document(parsing: Array(request.utf8)).root))
    }

    @Test func `a rejected parameter is remembered for an hour, whatever is added later`() throws {
        let start = ContinuousClock.now
        let known = RefusedParameters()
        known.add(try refused("a", "1"), for: "m", now: start)
        known.add(try refused("b", "1"), for: "m", now: start + .seconds(3000))
        #expect(known.of("m", now: start + .seconds(3599)).count == 2)
        #expect(known.of("m", now: start + .seconds(3600)).count == 1)
        #expect(known.of("other", now: start).isEmpty)
    }

    @Test func `the number of remembered parameters is bounded`() throws {
        let known = RefusedParameters()
        for value in 0..<100 { known.add(try refused("t", "\(value)", code: "unsupported_value"), for: "m") }
        #expect(known.of("m").count == 1)
        for field in 0..<100 { known.add(try refused("f\(field)", "1"), for: "m") }
        #expect(known.of("m").count == 32)
    }
}
