internal import EventStream
internal import JSON

/// Writes the events of a streamed response: `chat.completion.chunk` objects, or `text_completion` objects for clients of
/// the legacy API. The bytes that all chunks of a response share are prepared once.
struct ChunkWriter: Sendable {
    /// The bytes before and after a piece of text without log probabilities, in this order. Nearly every event of a stream
    /// is such a piece.
    private var textFrame: [UInt8] = []
    private var textOpeningCount = 0
    private let form: ReplyForm
    private let echo: StringContents?
    /// `{"id":…,"model":…,`
    private var head: [UInt8] = []
    /// `"choices":[{"index":0,` and the field before it.
    private let choice: [UInt8]
    /// The bytes after the last choice. Only the last chunk has the usage; if it will come, all other chunks have
    /// `"usage":null`.
    private let tail: [UInt8]
    /// Number of characters of text written; only the legacy API reports the offsets of tokens.
    private var textOffset = 0

    /// Whether it writes data that is written once for all choices.
    let isFirstChoice: Bool

    /// - Parameter index: the index of this choice.
    init(_ identity: ReplyIdentity, for context: ReplyContext, index: Int) {
        form = context.form
        echo = context.echo
        isFirstChoice = index == 0
        choice = Array(#"\#(Self.fingerprint(form))"choices":[{"index":\#(index),"#.utf8)
        tail = Array((context.includesUsage ? #"],"usage":null}"# : "]}").utf8)
        identify(identity)
    }

    /// The bytes that end the field with a piece of text.
    private var closeText: [UInt8] { Array((form == .chat ? "\"}" : "\"").utf8) }

    /// Chat Completions has `null` for models without a fingerprint; the legacy API leaves the field out.
    private static func fingerprint(_ form: ReplyForm) -> String {
        form == .chat ? #""system_fingerprint":null,"# : ""
    }

    /// Sets the identity that upstream gave the response.
    mutating func identify(_ identity: ReplyIdentity) {
        var writer = Writer()
        writer.object {
            $0.member("id", form.idPrefix + identity.id)
            $0.member("object", form == .chat ? "chat.completion.chunk" : "text_completion")
            $0.member("created", identity.created)
            $0.member("model", identity.model)
        }
        head = writer.bytes.dropLast() + [UInt8(ascii: ",")]
        textFrame = []
        openText(into: &textFrame)
        textOpeningCount = textFrame.count
        textFrame.append(contentsOf: closeText)
        end(into: &textFrame)
    }

    private func openText(into output: inout [UInt8]) {
        begin(into: &output)
        output.append(contentsOf: (form == .chat ? #""delta":{"content":""# : #""text":""#).utf8)
    }

    // MARK: Chunks

    /// Writes the first chunk. `content` is an empty string if text follows, otherwise `null`. The legacy API has no roles;
    /// its first chunk contains the echoed prompt.
    mutating func role(isFollowedByText: Bool, into output: inout [UInt8]) {
        if form == .completion {
            if let echo { content(echo, into: &output) }
            return
        }
        delta(into: &output) {
            $0.member("role", "assistant")
            $0.name("content")
            if isFollowedByText { $0.string("") } else { $0.null() }
            $0.name("refusal")
            $0.null()
        }
    }

    /// Writes a piece of text, with the escapes that upstream wrote.
    ///
    /// - Parameter tokens: the log probabilities of its tokens, if they were requested.
    mutating func content(_ text: StringContents, tokens: [Value] = [], into output: inout [UInt8]) {
        if tokens.isEmpty {
            content(text.bytes.span.bytes, into: &output)
        } else {
            openText(into: &output)
            output.append(contentsOf: text.bytes)
            output.append(contentsOf: closeText)
            end(tokens: tokens, into: &output)
        }
        if form == .completion { textOffset += text.characterCount }
    }

    /// Whether text can be copied without counting its characters. The legacy API needs the count for the offsets of
    /// tokens.
    var takesPlainText: Bool { form == .chat }

    /// Writes a piece of text without log probabilities, with the escapes that upstream wrote.
    ///
    /// - Parameter text: the bytes between the quotes.
    func content(_ text: RawSpan, into output: inout [UInt8]) {
        textFrame.withUnsafeBytes { frame in
            output.append(contentsOf: frame[..<textOpeningCount])
            text.withUnsafeBytes { output.append(contentsOf: $0) }
            output.append(contentsOf: frame[textOpeningCount...])
        }
    }

    /// Writes a piece of a refusal, with the escapes that upstream wrote. The legacy API has no field for refusals, so they
    /// are written as text.
    mutating func refusal(_ text: StringContents, into output: inout [UInt8]) {
        if form == .completion { return content(text, into: &output) }
        begin(into: &output)
        output.append(contentsOf: #""delta":{"refusal":""#.utf8)
        output.append(contentsOf: text.bytes)
        output.append(contentsOf: "\"}".utf8)
        end(into: &output)
    }

    /// Writes a delta with any members. Writes nothing in the legacy API, which has only text.
    func delta(into output: inout [UInt8], _ members: (inout Writer) -> Void) {
        guard form == .chat else { return }
        begin(into: &output)
        var writer = Writer()
        writer.object(members)
        output.append(contentsOf: #""delta":"#.utf8)
        output.append(contentsOf: writer.bytes)
        end(into: &output)
    }

    /// Writes a heartbeat: a chunk without content.
    func beat(into output: inout [UInt8]) {
        begin(into: &output)
        output.append(contentsOf: (form == .chat ? #""delta":{}"# : #""text":"""#).utf8)
        end(into: &output)
    }

    /// Writes a chunk with only the moderation results. It has a choice, because many clients expect one in every chunk.
    func moderation(_ found: Value, into output: inout [UInt8]) {
        guard form == .chat else { return }
        begin(into: &output)
        var writer = Writer()
        writer.chatModeration(found)
        output.append(contentsOf: #""delta":{},"logprobs":null,"finish_reason":null}],"moderation":"#.utf8)
        output.append(contentsOf: writer.bytes)
        output.append(contentsOf: tail.dropFirst())
        EventWriter.end(to: &output)
    }

    /// Writes the chunk with the finish reason.
    func finish(_ reason: FinishReason, serviceTier: Value?, into output: inout [UInt8]) {
        begin(serviceTier: serviceTier, into: &output)
        output.append(contentsOf: (form == .chat ? #""delta":{}"# : #""text":"""#).utf8)
        output.append(contentsOf: #","logprobs":null,"finish_reason":""#.utf8)
        output.append(contentsOf: reason.rawValue.utf8)
        output.append(contentsOf: "\"}".utf8)
        close(into: &output)
    }

    /// Writes the chunk with the usage, which has no choice.
    func usage(_ usage: Usage, serviceTier: Value?, into output: inout [UInt8]) {
        var writer = Writer()
        writer.chatUsage(usage)
        EventWriter.begin(to: &output)
        output.append(contentsOf: head)
        append(serviceTier: serviceTier, to: &output)
        output.append(contentsOf: #"\#(Self.fingerprint(form))"choices":[],"usage":"#.utf8)
        output.append(contentsOf: writer.bytes)
        output.append(UInt8(ascii: "}"))
        EventWriter.end(to: &output)
    }

    /// Writes the last event of every stream.
    static func done(into output: inout [UInt8]) {
        EventWriter.append(data: "[DONE]".utf8, to: &output)
    }

    // MARK: Parts

    private func begin(serviceTier: Value? = nil, into output: inout [UInt8]) {
        EventWriter.begin(to: &output)
        output.append(contentsOf: head)
        append(serviceTier: serviceTier, to: &output)
        output.append(contentsOf: choice)
    }

    private func append(serviceTier: Value?, to output: inout [UInt8]) {
        guard form == .chat, let serviceTier, serviceTier.kind == .string else { return }
        output.append(contentsOf: #""service_tier":"#.utf8)
        output.append(contentsOf: serviceTier.text)
        output.append(UInt8(ascii: ","))
    }

    /// - Parameter tokens: the content's tokens with their log probabilities; the Responses API has none for refusals.
    private func end(tokens: [Value] = [], into output: inout [UInt8]) {
        if !tokens.isEmpty {
            var writer = Writer()
            if form == .completion {
                writer.completionLogprobs(tokens, after: textOffset)
            } else {
                writer.object {
                    $0.name("content")
                    $0.chatLogprobs(tokens)
                    $0.name("refusal")
                    $0.null()
                }
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

extension ReplyForm {
    /// The prefix of response ids.
    var idPrefix: String { self == .chat ? "chatcmpl-" : "cmpl-" }
}
