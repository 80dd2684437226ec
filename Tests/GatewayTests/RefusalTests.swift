import Testing

@testable import Gateway

struct RefusalTests {
    @Test(arguments: [
        (404, #"{"message":"The model `m` does not exist","code":"model_not_found","param":null}"#, true),
        (404, #"{"message":"x","code":"model_not_found","param":"model"}"#, true),
        (404, #"{"message":"x","code":"model_not_found","param":"tools[0].model"}"#, false),
        (404, #"{"message":"The model `m` has been deprecated, learn more","code":null}"#, true),
        (410, #"{"message":"This model has been shut down."}"#, true),
        (400, #"{"message":"not supported with the Responses API","code":"model_not_found","param":"model"}"#, false),
        (
            400, #"{"message":"The parameter has been deprecated with this model","code":"unsupported_parameter"}"#,
            false
        ),
        (400, #"{"message":"The parameter has been deprecated with this model","param":"x"}"#, false),
        (404, #"{"message":"Previous response with id 'x' not found.","code":"previous_response_not_found"}"#, false),
        (404, #"{"message":"Vector store not found"}"#, false),
        (500, #"{"message":"The model has been deprecated","code":"model_not_found"}"#, false),
    ])
    func `only an error about the model itself reports it as missing`(status: Int, error: String, isMissing: Bool) {
        let refusal = UpstreamErrorResponse(status: status, headers: [], body: Array(#"{"error":\#(error)}"#.utf8))
        #expect(refusal.saysModelIsMissing == isMissing)
    }

    @Test func `a remark is appended to the message, and nothing else changes`() {
        var refusal = UpstreamErrorResponse(
            status: 400, headers: [], body: Array(#"{"error":{"message":"No.","code":1},"x":[ ]}"#.utf8))
        refusal.remark("Do that")
        #expect(
            String(decoding: refusal.body, as: UTF8.self) == #"{"error":{"message":"No. (Do that)","code":1},"x":[ ]}"#)
    }
}
