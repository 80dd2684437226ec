import JSON
import NIOCore
import Testing
import Translation

@testable import Access
@testable import Gateway

struct RefusedParametersTests {
    private let start = NIODeadline.uptimeNanoseconds(0)

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
        let known = RefusedParameters()
        known.add(try refused("a", "1"), of: "m", for: .sharedKey, now: start)
        known.add(try refused("b", "1"), of: "m", for: .sharedKey, now: start + .seconds(3000))
        #expect(known.of("m", for: .sharedKey, now: start + .seconds(3599)).count == 2)
        #expect(known.of("m", for: .sharedKey, now: start + .seconds(3600)).count == 1)
        #expect(known.of("other", for: .sharedKey, now: start).isEmpty)
    }

    @Test func `the number of remembered parameters is bounded`() throws {
        let known = RefusedParameters()
        for value in 0..<100 {
            known.add(try refused("t", "\(value)", code: "unsupported_value"), of: "m", for: .sharedKey, now: start)
        }
        #expect(known.of("m", for: .sharedKey, now: start).count == 1)
        for field in 0..<100 { known.add(try refused("f\(field)", "1"), of: "m", for: .sharedKey, now: start) }
        #expect(known.of("m", for: .sharedKey, now: start).count == 32)
    }

    @Test func `what upstream rejects of one caller is still sent for another`() throws {
        let known = RefusedParameters()
        known.add(try refused("service_tier", #""flex""#), of: "m", for: .key(label: "ann"), now: start)
        #expect(known.of("m", for: .key(label: "ann"), now: start).count == 1)
        #expect(known.of("m", for: .key(label: "bob"), now: start).isEmpty)
        #expect(known.of("m", for: .token(issuer: nil, subject: "ann"), now: start).isEmpty)
    }

    @Test(arguments: [
        "max_output_tokens", "max_tokens", "max_completion_tokens", "safety_identifier", "max_tool_calls",
    ])
    func `what bounds cost or protects users is never left out`(field: String) throws {
        let error = #"{"error":{"message":"No.","param":"\#(field)","code":"unsupported_parameter"}}"#
        let refused = RefusedParameter(
            try Document(parsing: Array(error.utf8)).root,
            refusing: try Document(parsing: Array(#"{"\#(field)":1}"#.utf8)).root)
        #expect(refused == nil)
    }
}
