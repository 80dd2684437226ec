import JSON

/// A chat completion generated for a request, as a whole. ``ChatStream`` has its chunks.
struct ChatCompletion: Sendable {
    let id: String
    /// Seconds since 1970.
    let created: Int
    let model: String
    let text: ReplyText
    /// The text as audio, sent instead of the text; nil unless the request asks for audio.
    let audio: SpokenReply?
    /// The number of choices, all with the same text.
    let choiceCount: Int
    /// Whether a stream ends with a chunk that has the usage.
    let includesUsage: Bool
    private let promptTokens: Int

    init(answering request: Value, text: ReplyText, at created: Int) {
        id = Identifier.make("chatcmpl-")
        self.created = created
        self.text = text
        audio = SpokenReply(answering: request, text: text, at: created)
        model = request["model"]?.string ?? "gpt-5"
        choiceCount = max(1, request["n"]?.integer ?? 1)
        includesUsage = request["stream_options"]?["include_usage"]?.bool ?? false
        promptTokens = estimatedTokens(in: request["messages"])
    }

    var json: [UInt8] {
        var writer = Writer()
        writer.object { writer in
            writeHead(object: "chat.completion", to: &writer)
            writer.name("choices")
            writer.array { writer in
                for index in 0..<choiceCount { writeChoice(index, to: &writer) }
            }
            writer.name("usage")
            writeUsage(to: &writer)
        }
        return writer.bytes
    }

    /// Writes the members at the beginning of a completion and of each chunk.
    func writeHead(object: String, to writer: inout Writer) {
        writer.member("id", id)
        writer.member("object", object)
        writer.member("created", created)
        writer.member("model", model)
        writer.member("service_tier", "default")
        writer.name("system_fingerprint")
        writer.null()
    }

    private func writeChoice(_ index: Int, to writer: inout Writer) {
        writer.object {
            $0.member("index", index)
            $0.name("message")
            $0.object {
                $0.member("role", "assistant")
                $0.name("content")
                $0.stringOrNull(audio == nil ? text.whole : nil)
                $0.name("refusal")
                $0.null()
                $0.name("annotations")
                $0.array { _ in }
                if let audio {
                    $0.name("audio")
                    audio.write(to: &$0)
                }
            }
            $0.name("logprobs")
            $0.null()
            $0.member("finish_reason", "stop")
        }
    }

    func writeUsage(to writer: inout Writer) {
        let completionTokens = text.pieces.count * choiceCount
        writer.object {
            $0.member("prompt_tokens", promptTokens)
            $0.member("completion_tokens", completionTokens)
            $0.member("total_tokens", promptTokens + completionTokens)
            $0.name("prompt_tokens_details")
            $0.object {
                $0.member("cached_tokens", 0)
                $0.member("audio_tokens", 0)
            }
            $0.name("completion_tokens_details")
            $0.object {
                $0.member("reasoning_tokens", 0)
                $0.member("audio_tokens", 0)
                $0.member("accepted_prediction_tokens", 0)
                $0.member("rejected_prediction_tokens", 0)
            }
        }
    }
}
