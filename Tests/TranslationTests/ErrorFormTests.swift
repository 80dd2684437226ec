import JSON
import Testing
import Translation

/// The forms of errors that servers are known to send, with what the client must learn from them.
struct ErrorFormTests {
    struct Form: Sendable, CustomTestStringConvertible {
        let source: String
        let body: String
        var status = 400
        var message: String
        var type = "invalid_request_error"
        var code: String?
        var param: String?

        var testDescription: String { source }
    }

    static let forms = [
        Form(
            source: "OpenAI", body: #"{"error":{"message":"No.","type":"requests","param":"n","code":"c"}}"#,
            status: 429,
            message: "No.", type: "requests", code: "c", param: "n"),
        Form(source: "FastAPI, text", body: #"{"detail":"maximum context length"}"#, message: "maximum context length"),
        Form(
            source: "FastAPI, validation",
            body: #"{"detail":[{"type":"missing","loc":["body","messages",0],"msg":"Field required","input":{}}]}"#,
            status: 422, message: "body.messages.0: Field required"),
        Form(
            source: "FastAPI, object", body: #"{"detail":{"error":"bad","message":"Bad."}}"#, message: "Bad.",
            code: "bad"),
        Form(
            source: "vLLM",
            body: #"{"object":"error","message":"too long","type":"BadRequestError","param":null,"code":400}"#,
            message: "too long", code: "400"),
        Form(
            source: "text in error", body: #"{"error":"model not loaded"}"#, status: 500, message: "model not loaded",
            type: "server_error"),
        Form(
            source: "OAuth (RFC 6749)", body: #"{"error":"invalid_scope","error_description":"No such scope."}"#,
            message: "No such scope.", code: "invalid_scope"),
        Form(
            source: "llama.cpp", body: #"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
            status: 503, message: "Loading model", type: "server_error", code: "503"),
        Form(
            source: "Google", body: #"[{"error":{"code":400,"message":"Bad value","status":"INVALID_ARGUMENT"}}]"#,
            message: "Bad value", code: "400"),
        Form(
            source: "OpenRouter",
            body:
                #"{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"context length\"}}"}}}"#,
            message: "Provider returned error: context length", code: "400"),
        Form(
            source: "AWS", body: #"{"__type":"ValidationException","message":"Malformed input"}"#,
            message: "Malformed input"),
        Form(
            source: "problem details (RFC 9457)", body: #"{"title":"Too big","status":413,"detail":"Send less."}"#,
            status: 413, message: "Send less."),
        Form(source: "list of errors", body: #"{"errors":[{"message":"one"},{"message":"two"}]}"#, message: "one; two"),
        Form(source: "list of texts", body: #"{"errors":["one","two"]}"#, message: "one; two"),
        Form(
            source: "Anthropic", body: #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            status: 529, message: "Overloaded", type: "server_error"),
        Form(
            source: "plain text", body: "upstream request timeout\n", status: 504, message: "upstream request timeout",
            type: "server_error"),
        Form(source: "an event", body: "event: error\ndata: {\"error\":{\"message\":\"x\"}}\n\n", message: "x"),
        Form(
            source: "nested twice", body: #"{"error":{"error":{"message":"deep","code":"c"}}}"#, message: "deep",
            code: "c"),
    ]

    @Test(arguments: forms)
    func `an error of any known form keeps its words`(form: Form) throws {
        let failure = try #require(ReplyFailure(errorBody: Array(form.body.utf8), status: form.status))
        #expect(failure.message == form.message)
        #expect(failure.type == form.type)
        #expect(failure.code == form.code)
        #expect(failure.param == form.param)
        #expect(failure.status == form.status)
        #expect(try Document(parsing: failure.body).root["error"]?["message"]?.string == form.message)
    }

    @Test(arguments: [
        "", " ", "{}", "[]", "null", "<html><body>502 Bad Gateway</body></html>", #"{"error":null}"#, "7",
    ])
    func `a body without words gives no error`(body: String) {
        #expect(ReplyFailure(errorBody: Array(body.utf8), status: 400) == nil)
    }

    @Test func `words are bounded`() throws {
        let body = #"{"detail":"\#(String(repeating: "x", count: 100_000))"}"#
        let failure = try #require(ReplyFailure(errorBody: Array(body.utf8), status: 400))
        #expect(failure.message.utf8.count < 5000)
        let deep = String(repeating: #"{"error":"#, count: 300) + "1" + String(repeating: "}", count: 300)
        #expect(ReplyFailure(errorBody: Array(deep.utf8), status: 400) == nil)
    }

    /// Error objects in events and in bodies with a success status, and the status that they mean.
    @Test(arguments: [
        (#"{"code":"content_policy_violation","message":"x"}"#, 400), (#"{"code":"cyber_policy","message":"x"}"#, 400),
        (#"{"code":"content_filter","message":"x"}"#, 400), (#"{"code":"feature_not_supported","message":"x"}"#, 400),
        (#"{"type":"ContextWindowExceededError","message":"x"}"#, 400), (#"{"code":429,"message":"x"}"#, 429),
        (#"{"message":"This model's maximum context length is 8192 tokens."}"#, 400),
        (#"{"message":"Your request was flagged by our safety system."}"#, 400),
        (#"{"message":"Rate limit reached for requests"}"#, 429), (#"{"type":"overloaded_error","message":"x"}"#, 503),
        (#"{"code":"insufficient_quota","message":"x"}"#, 429), (#"{"code":"server_error","message":"invalid"}"#, 500),
        (#"{"type":"server_error","code":"content_filter","message":"x"}"#, 500), (#"{"message":"Boom"}"#, 500),
        (#"{"type":"AuthenticationError","message":"x"}"#, 502), (#"{"message":"x","status":422}"#, 422),
        (#"{"code":"model_not_found","message":"x"}"#, 404), (#""The prompt is invalid""#, 400),
    ])
    func `whose fault an error is follows from its status, type, code or words`(error: String, status: Int) throws {
        let failed = #"{"type":"response.failed","response":{"status":"failed","error":\#(error)}}"#
        #expect(try Streamed([created(), failed]).failure?.status == status)
        #expect(try Streamed([#"{"error":\#(error)}"#]).failure?.status == status)
        let failure = #expect(throws: ReplyFailure.self) { try completion(#"{"output":[],"error":\#(error)}"#) }
        #expect(failure?.status == status)
    }
}
