import JSON
import Testing
import Translation

/// All event types of the Responses API, and some unknown ones.
struct EventTypeTests {
    /// The event types that produce no chunk.
    static let silent: [String] =
        [
            "audio.delta", "audio.done", "audio.transcript.delta", "audio.transcript.done",
            "code_interpreter_call.completed", "code_interpreter_call.in_progress",
            "code_interpreter_call.interpreting",
            "code_interpreter_call_code.delta", "code_interpreter_call_code.done", "compaction.compacting",
            "content_part.added", "created", "file_search_call.completed",
            "file_search_call.in_progress", "file_search_call.searching", "image_generation_call.completed",
            "image_generation_call.generating", "image_generation_call.in_progress",
            "image_generation_call.partial_image",
            "in_progress", "mcp_call.completed", "mcp_call.failed", "mcp_call.in_progress", "mcp_call_arguments.delta",
            "mcp_call_arguments.done", "mcp_list_tools.completed", "mcp_list_tools.failed",
            "mcp_list_tools.in_progress",
            "output_item.added", "output_item.done", "queued", "reasoning_summary_part.added",
            "shell_call_command.added", "shell_call_command.delta",
            "shell_call_command.done", "shell_call_output_content.delta", "shell_call_output_content.done",
            "web_search_call.completed", "web_search_call.in_progress", "web_search_call.searching",
            // Observed but undocumented, or invented.
            "apply_patch_call_operation_diff.delta", "apply_patch_call_operation_diff.done", "steer.accepted", "",
        ].map { "response." + $0 } + ["ping", "keepalive", "", "chat.completion.chunk"]

    /// An event of the given type, with every member that events can have.
    static func event(_ type: String) -> String {
        #"""
        {"type":"\#(type)","sequence_number":1,"output_index":0,"content_index":0,"summary_index":0,"item_id":"i",\#
        "command_index":0,"delta":"x","text":"x","code":"x","arguments":"x","command":"x","output":"x",\#
        "part":{"type":"output_text","text":"x"},"item":{"type":"mcp_call","id":"i","arguments":"x"},\#
        "response":{"id":"resp_1","created_at":5,"model":"m","status":"in_progress","error":null,"output":[]}}
        """#
    }

    @Test(arguments: silent)
    func `an event without information for the client is skipped`(type: String) throws {
        var stream = Streamed(try translator())
        stream.send(Self.event(type))
        #expect(stream.bytes == [])
        #expect(stream.translator.outcome == nil)
    }

    @Test(arguments: [
        ("output_text.delta", #""content":"x""#), ("output_text.done", #""content":"x""#),
        ("reasoning_summary_text.delta", #""reasoning_content":"x""#),
        ("reasoning_summary_text.done", #""reasoning_content":"x""#),
        ("reasoning_text.delta", #""reasoning_content":"x""#), ("reasoning_text.done", #""reasoning_content":"x""#),
        ("refusal.delta", #""refusal":"x""#),
        ("completed", #""finish_reason":"stop""#), ("incomplete", #""finish_reason":"length""#),
    ])
    func `an event with content becomes a chunk`(type: String, chunk: String) throws {
        var stream = Streamed(try translator())
        stream.send(Self.event("response." + type))
        #expect(stream.text.contains(chunk))
    }

    @Test(arguments: ["response.failed", "error"])
    func `an event that reports an error ends the stream`(type: String) throws {
        #expect(try Streamed([Self.event(type)]).failure != nil)
    }
}
