import EventStream
import JSON
import Testing
import Translation

/// Streams that end without a complete response.
struct FailedStreamTests {
    private static let nested = #"""
        {"type":"error","error":{"type":"tokens","code":"rate_limit_exceeded","message":"slow"}}
        """#
    private static let flat = #"{"type":"error","code":"rate_limit_exceeded","message":"slow","param":null}"#
    private static let bare = #"{"error":{"type":"requests","code":"rate_limit_exceeded","message":"slow"}}"#
    private static let failed = #"""
        {"type":"response.failed","response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"slow"}}}
        """#

    @Test(arguments: [[nested], [flat], [bare], [failed], [nested, failed], [flat, failed], [failed, nested]])
    func `an error is reported once, in any form`(events: [String]) throws {
        let stream = try Streamed([created(), delta("output_text", "a")] + events + [completed(message("b"))])
        let failure = try #require(stream.failure)
        #expect(failure.message == "slow")
        #expect(failure.code == "rate_limit_exceeded")
        #expect(failure.status == 429)
        #expect(try stream.said.content == "a")
        #expect(try stream.said.finishReason == nil)
        #expect(!stream.text.contains("[DONE]"))
    }

    @Test(arguments: [
        #"{"type":"response.failed"}"#, #"{"type":"response.failed","response":null}"#, #"{"type":"error"}"#,
        #"{"type":"response.cancelled","response":{"error":null}}"#, #"{"type":"error","error":"boom"}"#,
        #"{"type":"response.completed","response":{"status":"failed","error":null}}"#,
        #"{"type":"response.done","response":{"status":"cancelled"}}"#,
    ])
    func `an error event without a reason is an error`(event: String) throws {
        let failure = try #require(try Streamed([event]).failure)
        #expect(failure.status == 500)
        #expect(!failure.message.isEmpty)
    }

    @Test(arguments: [
        ("server_error", 500), ("vector_store_timeout", 500), ("rate_limit_exceeded", 429), ("insufficient_quota", 429),
        ("server_is_overloaded", 503), ("invalid_prompt", 400), ("data_residency_mismatch", 400), ("bio_policy", 400),
        ("misalignment_policy_violation", 400), ("invalid_image", 400), ("invalid_base64_image", 400),
        ("image_too_small", 400), ("image_parse_error", 400), ("image_content_policy_violation", 400),
        ("image_file_too_large", 400), ("unsupported_image_media_type", 400), ("empty_image_file", 400),
        ("failed_to_download_image", 400), ("image_file_not_found", 400), ("context_length_exceeded", 400),
        ("never_heard_of", 500),
    ])
    func `a failed response's code determines the status`(code: String, status: Int) throws {
        let event = #"{"type":"response.failed","response":{"error":{"code":"\#(code)","message":"m"}}}"#
        #expect(try Streamed([event]).failure?.status == status)
    }

    @Test(arguments: [#"{"type":"response.output_te"#, "nonsense", "{}}", "\u{FEFF}x"])
    func `an event that is not JSON is an error`(event: String) throws {
        #expect(try Streamed([event, completed(message("a"))]).failure?.code == "upstream_garbled")
    }

    @Test(arguments: ["", " ", "[DONE]", "5", "null", "[]", "{}", #"{"type":5}"#, #""response.completed""#])
    func `a meaningless event is ignored`(event: String) throws {
        #expect(try Streamed([event, completed(message("a"))]).said.content == "a")
    }

    @Test(arguments: Vectors.names)
    func `a stream that breaks off at any position has failed`(name: String) throws {
        let events = try Vectors.events(name)
        for count in 0..<events.count - (Vectors.failures.contains(name) ? 0 : 1) {
            var stream = Streamed(try translator())
            for event in events.prefix(count) { stream.send(event) }
            stream.end()
            #expect(stream.failure != nil)
            #expect(!stream.text.hasSuffix("data: [DONE]\n\n"))
        }
    }

    @Test func `the first outcome is final`() throws {
        var stream = try Streamed([completed(message("a"))])
        stream.end()
        stream.translator.fail(ReplyFailure(message: "late"))
        #expect(stream.finishReason == .stop)
        var failed = try Streamed([])
        let first = failed.failure
        failed.translator.fail(ReplyFailure(message: "late"))
        #expect(failed.failure == first)
        #expect(first?.code == "upstream_unfinished")
    }
}
