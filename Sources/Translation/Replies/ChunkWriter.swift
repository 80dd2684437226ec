internal import EventStream
internal import JSON

/// Writes `chat.completion.chunk` events. What is the same in all chunks of a reply is put together once.
struct ChunkWriter: Sendable {
    /// `{"id":…,"model":…,`
    private var head: [UInt8] = []
    /// `"system_fingerprint":null,"choices":[{"index":0,"delta":`
    private static let choice = Array(#""system_fingerprint":null,"choices":[{"index":0,"delta":"#.utf8)
    /// What follows the last choice: every chunk but the last has no usage, and says so where the last will have one.
    private let tail: [UInt8]

    init(_ identity: ReplyIdentity, includesUsage: Bool) {
        tail = Array((includesUsage ? #"],"usage":null}"# : "]}").utf8)
        identify(identity)
    }

    /// Takes the identity that upstream gave the reply.
    mutating func identify(_ identity: ReplyIdentity) {
        var writer = Writer()
        writer.object {
            $0.member("id", "chatcmpl-" + identity.id)
            $0.member("object", "chat.completion.chunk")
            $0.member("created", identity.created)
            $0.member("model", identity.model)
        }
        head = writer.bytes.dropLast() + [UInt8(ascii: ",")]
    }

    // MARK: Chunks

    /// The first chunk. `content` is an empty string where text follows, `null` where something else does.
    func role(isFollowedByText: Bool, into output: inout [UInt8]) {
        delta(into: &output) {
            $0.member("role", "assistant")
            $0.name("content")
            if isFollowedByText { $0.string("") } else { $0.null() }
            $0.name("refusal")
            $0.null()
        }
    }

    /// A piece of text, the way upstream wrote it. This is the path of nearly every event of a stream.
    func content(_ text: StringContents, logprobs: Value?, into output: inout [UInt8]) {
        begin(into: &output)
        output.append(contentsOf: #"{"content":""#.utf8)
        output.append(contentsOf: text.bytes)
        output.append(contentsOf: "\"}".utf8)
        end(logprobs: logprobs, into: &output)
    }

    /// A piece of a refusal, the way upstream wrote it.
    func refusal(_ text: StringContents, into output: inout [UInt8]) {
        begin(into: &output)
        output.append(contentsOf: #"{"refusal":""#.utf8)
        output.append(contentsOf: text.bytes)
        output.append(contentsOf: "\"}".utf8)
        end(logprobs: nil, into: &output)
    }

    /// A delta of any members.
    func delta(into output: inout [UInt8], _ members: (inout Writer) -> Void) {
        begin(into: &output)
        var writer = Writer()
        writer.object(members)
        output.append(contentsOf: writer.bytes)
        end(logprobs: nil, into: &output)
    }

    /// The chunk that says why the reply ended.
    func finish(_ reason: FinishReason, serviceTier: Value?, into output: inout [UInt8]) {
        begin(serviceTier: serviceTier, into: &output)
        output.append(contentsOf: #"{},"logprobs":null,"finish_reason":""#.utf8)
        output.append(contentsOf: reason.rawValue.utf8)
        output.append(contentsOf: "\"}".utf8)
        close(into: &output)
    }

    /// The chunk without a choice that tells the usage.
    func usage(_ usage: Value, serviceTier: Value?, into output: inout [UInt8]) {
        var writer = Writer()
        writer.chatUsage(usage)
        EventWriter.begin(to: &output)
        output.append(contentsOf: head)
        append(serviceTier: serviceTier, to: &output)
        output.append(contentsOf: #""system_fingerprint":null,"choices":[],"usage":"#.utf8)
        output.append(contentsOf: writer.bytes)
        output.append(UInt8(ascii: "}"))
        EventWriter.end(to: &output)
    }

    /// The last event of every stream.
    static func done(into output: inout [UInt8]) {
        EventWriter.append(data: "[DONE]".utf8, to: &output)
    }

    // MARK: Parts

    private func begin(serviceTier: Value? = nil, into output: inout [UInt8]) {
        EventWriter.begin(to: &output)
        output.append(contentsOf: head)
        append(serviceTier: serviceTier, to: &output)
        output.append(contentsOf: Self.choice)
    }

    private func append(serviceTier: Value?, to output: inout [UInt8]) {
        guard let serviceTier, serviceTier.kind == .string else { return }
        output.append(contentsOf: #""service_tier":"#.utf8)
        output.append(contentsOf: serviceTier.text)
        output.append(UInt8(ascii: ","))
    }

    /// - Parameter logprobs: those of the content's tokens; the Responses API has none of a refusal's.
    private func end(logprobs: Value?, into output: inout [UInt8]) {
        if let logprobs, logprobs.hasElements {
            var writer = Writer()
            writer.object {
                $0.name("content")
                $0.chatLogprobs([logprobs])
                $0.name("refusal")
                $0.null()
            }
            output.append(contentsOf: #","logprobs":"#.utf8)
            output.append(contentsOf: writer.bytes)
            output.append(contentsOf: #","finish_reason":null}"#.utf8)
        } else {
            output.append(contentsOf: #","logprobs":null,"finish_reason":null}"#.utf8)
        }
        close(into: &output)
    }

    private func close(into output: inout [UInt8]) {
        output.append(contentsOf: tail)
        EventWriter.end(to: &output)
    }
}
