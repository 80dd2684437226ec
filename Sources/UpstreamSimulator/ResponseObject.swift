import JSON

/// A Responses API object, generated for a request.
struct ResponseObject: Sendable {
    enum Status: String {
        case inProgress = "in_progress"
        case completed
        case failed
    }

    let id: String
    let itemID: String
    /// Seconds since 1970.
    let created: Int
    let request: Value
    let text: ReplyText
    /// The tool call that is the output instead of the text; nil for text.
    let call: CalledTool?
    let inputTokens: Int

    /// - Parameter id: the response's identifier; nil generates one.
    init(answering request: Value, text: ReplyText, call: CalledTool? = nil, at created: Int, id: String? = nil) {
        self.id = id ?? Identifier.make("resp_")
        itemID = Identifier.make("msg_")
        self.created = created
        self.request = request
        self.text = text
        self.call = call
        inputTokens = estimatedTokens(in: request["input"])
    }

    func json(_ status: Status) -> [UInt8] {
        var writer = Writer()
        write(status, to: &writer)
        return writer.bytes
    }

    func write(_ status: Status, to writer: inout Writer) {
        writer.object {
            $0.member("id", id)
            $0.member("object", "response")
            $0.member("created_at", created)
            $0.member("status", status.rawValue)
            $0.name("completed_at")
            if status == .completed { $0.integer(created) } else { $0.null() }
            $0.name("error")
            if status == .failed { writeError(to: &$0) } else { $0.null() }
            $0.name("incomplete_details")
            $0.null()
            $0.member("model", request["model"]?.string ?? "gpt-5")
            $0.name("output")
            $0.array { if status == .completed { writeOutput(to: &$0) } }
            $0.member("service_tier", "default")
            $0.name("moderation")
            if status == .completed, request.given("moderation") != nil {
                Moderation.write(to: &$0)
            } else {
                $0.null()
            }
            writeEcho(to: &$0)
            $0.name("usage")
            if status == .completed {
                $0.responseUsage(input: inputTokens, output: text.pieces.count)
            } else {
                $0.null()
            }
        }
    }

    /// Writes the echoed fields with the request's values, or the API's defaults.
    private func writeEcho(to writer: inout Writer) {
        for name in Self.echoed {
            if let value = request.given(name) ?? Self.defaults[name] { writer.member(name, value) }
        }
    }

    private func writeOutput(to writer: inout Writer) {
        guard let call else { return writeItem(isComplete: true, to: &writer) }
        if call.thinks { call.writeThought(to: &writer) }
        call.writeCall(isComplete: true, to: &writer)
    }

    /// Writes the only output item, the assistant's message; it is empty until it is complete.
    func writeItem(isComplete: Bool, to writer: inout Writer) {
        writer.object {
            $0.member("id", itemID)
            $0.member("type", "message")
            $0.member("status", isComplete ? "completed" : "in_progress")
            $0.name("content")
            $0.array { if isComplete { writePart(text: text.whole, to: &$0) } }
            $0.member("phase", "final_answer")
            $0.member("role", "assistant")
        }
    }

    func writePart(text: String, to writer: inout Writer) {
        writer.object {
            $0.member("type", "output_text")
            $0.name("annotations")
            $0.array { _ in }
            $0.name("logprobs")
            $0.array { _ in }
            $0.member("text", text)
        }
    }

    private func writeError(to writer: inout Writer) {
        writer.object {
            $0.name("code")
            $0.stringOrNull(APIError.interrupted.code)
            $0.member("message", APIError.interrupted.message)
        }
    }

    /// The request's fields that the response repeats, if necessary with defaults.
    private static let echoed: [StaticString] = [
        "background", "frequency_penalty", "instructions", "max_output_tokens", "max_tool_calls",
        "metadata", "parallel_tool_calls", "presence_penalty", "previous_response_id",
        "prompt_cache_key", "prompt_cache_retention", "reasoning", "safety_identifier", "store",
        "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p", "truncation",
        "user",
    ]

    private static let defaults: Value = {
        let text = """
            {"background":false,"frequency_penalty":0.0,"instructions":null,"max_output_tokens":null,
            "max_tool_calls":null,"metadata":{},"parallel_tool_calls":true,"presence_penalty":0.0,
            "previous_response_id":null,"prompt_cache_key":null,"prompt_cache_retention":null,
            "reasoning":{"effort":"medium","summary":null},"safety_identifier":null,"store":true,"temperature":1.0,
            "text":{"format":{"type":"text"},"verbosity":"medium"},"tool_choice":"auto","tools":[],"top_logprobs":0,
            "top_p":1.0,"truncation":"disabled","user":null}
            """
        guard let document = try? Document(parsing: Array(text.utf8)) else {
            preconditionFailure("The defaults are not JSON")
        }
        return document.root
    }()
}

extension Writer {
    /// Writes the usage of a response, without cached tokens and reasoning.
    mutating func responseUsage(input: Int, output: Int) {
        object {
            $0.member("input_tokens", input)
            $0.name("input_tokens_details")
            $0.object {
                $0.member("cache_write_tokens", 0)
                $0.member("cached_tokens", 0)
            }
            $0.member("output_tokens", output)
            $0.name("output_tokens_details")
            $0.object { $0.member("reasoning_tokens", 0) }
            $0.member("total_tokens", input + output)
        }
    }
}

/// The estimated number of tokens in the input: one per four bytes, and at least one.
func estimatedTokens(in asked: Value?) -> Int {
    max(1, (asked?.text.count ?? 0) / 4)
}
