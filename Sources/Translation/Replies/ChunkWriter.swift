internal import EventStream
internal import JSON

/// Writes the events of a streamed reply: `chat.completion.chunk` objects, or `text_completion` objects for clients of the
/// legacy API. What is the same in all chunks of a reply is put together once.
struct ChunkWriter: Sendable {
    /// All that stands before a piece of text that has no probabilities, and then all that stands behind it: nearly every
    /// event of a stream is such a piece.
    private var textFrame: [UInt8] = []
    private var textOpeningCount = 0
    private let form: ReplyForm
    private let echo: StringContents?
    /// `{"id":…,"model":…,`
    private var head: [UInt8] = []
    /// `"choices":[{"index":0,` and what is before it.
    private let choice: [UInt8]
    /// What follows the last choice: every chunk but the last has no usage, and says so where the last will have one.
    private let tail: [UInt8]
    /// How many characters of text have been written; only the legacy API tells tokens' places.
    private var textOffset = 0

    /// Whether it tells what is said once of all choices.
    let isFirstChoice: Bool

    /// - Parameter index: which of the reply's choices this one is.
    init(_ identity: ReplyIdentity, for context: ReplyContext, index: Int) {
        form = context.form
        echo = context.echo
        isFirstChoice = index == 0
        choice = Array(#"\#(Self.fingerprint(form))"choices":[{"index":\#(index),"#.utf8)
        tail = Array((context.includesUsage ? #"],"usage":null}"# : "]}").utf8)
        identify(identity)
    }

    /// What closes the field of a piece of text.
    private var closeText: [UInt8] { Array((form == .chat ? "\"}" : "\"").utf8) }

    /// Chat Completions says `null` for models that have none; the legacy API leaves the field out.
    private static func fingerprint(_ form: ReplyForm) -> String {
        form == .chat ? #""system_fingerprint":null,"# : ""
    }

    /// Takes the identity that upstream gave the reply.
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

    /// The first chunk. `content` is an empty string where text follows, `null` where something else does. The legacy API
    /// has no roles; the echo of the prompt comes first there.
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

    /// A piece of text, the way upstream wrote it.
    ///
    /// - Parameter tokens: its tokens' probabilities, where they were asked for.
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

    /// Whether text needs nothing but to be copied. The legacy API may have to tell where in the text a token stands.
    var takesPlainText: Bool { form == .chat }

    /// A piece of text without probabilities, the way upstream wrote it.
    ///
    /// - Parameter text: what stands between the quotes.
    func content(_ text: RawSpan, into output: inout [UInt8]) {
        textFrame.withUnsafeBytes { frame in
            output.append(contentsOf: frame[..<textOpeningCount])
            text.withUnsafeBytes { output.append(contentsOf: $0) }
            output.append(contentsOf: frame[textOpeningCount...])
        }
    }

    /// A piece of a refusal, the way upstream wrote it. The legacy API has no field for it: there it is what the model says.
    mutating func refusal(_ text: StringContents, into output: inout [UInt8]) {
        if form == .completion { return content(text, into: &output) }
        begin(into: &output)
        output.append(contentsOf: #""delta":{"refusal":""#.utf8)
        output.append(contentsOf: text.bytes)
        output.append(contentsOf: "\"}".utf8)
        end(into: &output)
    }

    /// A delta of any members. The legacy API knows nothing but text.
    func delta(into output: inout [UInt8], _ members: (inout Writer) -> Void) {
        guard form == .chat else { return }
        begin(into: &output)
        var writer = Writer()
        writer.object(members)
        output.append(contentsOf: #""delta":"#.utf8)
        output.append(contentsOf: writer.bytes)
        end(into: &output)
    }

    /// A sign of life: a chunk without content.
    func beat(into output: inout [UInt8]) {
        begin(into: &output)
        output.append(contentsOf: (form == .chat ? #""delta":{}"# : #""text":"""#).utf8)
        end(into: &output)
    }

    /// A sign of life after the finish chunk, before the one that tells the usage: like that one without a choice.
    func beatAfterFinish(into output: inout [UInt8]) {
        EventWriter.begin(to: &output)
        output.append(contentsOf: head)
        output.append(contentsOf: #"\#(Self.fingerprint(form))"choices":[],"usage":null}"#.utf8)
        EventWriter.end(to: &output)
    }

    /// A chunk that says nothing but what moderation found. It has a choice, since many clients look for one in every chunk.
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

    /// The chunk that says why the reply ended.
    func finish(_ reason: FinishReason, serviceTier: Value?, into output: inout [UInt8]) {
        begin(serviceTier: serviceTier, into: &output)
        output.append(contentsOf: (form == .chat ? #""delta":{}"# : #""text":"""#).utf8)
        output.append(contentsOf: #","logprobs":null,"finish_reason":""#.utf8)
        output.append(contentsOf: reason.rawValue.utf8)
        output.append(contentsOf: "\"}".utf8)
        close(into: &output)
    }

    /// The chunk without a choice that tells the usage.
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

    /// The last event of every stream.
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

    /// - Parameter tokens: those of the content with their probabilities; the Responses API has none of a refusal's.
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
    /// What ids of replies begin with.
    var idPrefix: String { self == .chat ? "chatcmpl-" : "cmpl-" }
}
