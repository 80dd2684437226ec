/// What upstream sends, as HTTP.
enum Scripted {
    /// The head of a stream.
    static let streamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

    /// The events before any text.
    static let prelude = event("response.created", #""response":{"id":"resp_1","model":"gpt-5","output":[]}"#)

    /// Text.
    static func delta(_ text: String) -> String {
        event(
            "response.output_text.delta",
            #""item_id":"msg_1","output_index":0,"content_index":0,"delta":"\#(text)""#)
    }

    /// The terminal event.
    static let completed = event(
        "response.completed",
        #""response":{"id":"resp_1","model":"gpt-5","status":"completed","output":[],"usage":{"input_tokens":3,"#
            + #""output_tokens":2,"total_tokens":5}}"#)

    /// An error within a stream.
    static func failed(_ code: String) -> String {
        event(
            "response.failed",
            #""response":{"id":"resp_1","status":"failed","error":{"code":"\#(code)","message":"Try again."}}"#)
    }

    /// The end of a stream's body.
    static let end = "0\r\n\r\n"

    /// A whole response.
    static func whole(_ body: String, status: Int = 200, headers: [String] = []) -> String {
        (["HTTP/1.1 \(status) X", "Content-Type: application/json", "Content-Length: \(body.utf8.count)"] + headers)
            .joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    /// An error response.
    static func error(_ status: Int, _ code: String, headers: [String] = []) -> String {
        whole(
            #"{"error":{"message":"Upstream says no.","type":"x","code":"\#(code)"}}"#, status: status, headers: headers
        )
    }

    /// A whole response of the Responses API.
    static let reply = whole(
        #"{"id":"resp_1","object":"response","model":"gpt-5","status":"completed","output":[{"type":"message","#
            + #""id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hi"}]}],"#
            + #""usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5}}"#)

    private static func event(_ type: String, _ members: String) -> String {
        let text = "event: \(type)\ndata: {\"type\":\"\(type)\",\(members)}\n\n"
        return String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n"
    }
}
