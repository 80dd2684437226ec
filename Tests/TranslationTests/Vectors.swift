import EventStream
import Foundation
import JSON
import Testing
import Translation

/// The recorded exchanges in `Tests/Vectors`.
enum Vectors {
    static let names = [
        "01_plain_text", "02_unicode", "03_refusal", "04_function_call", "05_parallel_function_calls",
        "06_reasoning_summary", "08_logprobs", "09_incomplete_max_output_tokens", "10_incomplete_content_filter",
        "11_failed", "12_error_event", "13_structured_output",
    ]

    static let failures = ["11_failed", "12_error_event"]

    /// The names of the exchanges whose response is complete.
    static let successes = names.filter { !failures.contains($0) }

    static func bytes(_ path: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).appending(path: "../../Vectors").standardized
        return try [UInt8](Data(contentsOf: folder.appending(path: path)))
    }

    static func json(_ path: String) throws -> Value {
        try Document(parsing: bytes(path)).root
    }

    /// The data of each event of a recorded stream.
    static func events(_ name: String) throws -> [[UInt8]] {
        try events(in: bytes("streams/\(name).sse"))
    }

    static func events(in stream: [UInt8]) throws -> [[UInt8]] {
        var parser = EventParser()
        var events: [[UInt8]] = []
        try parser.feed(stream.span.bytes) { _, data in events.append([UInt8](data)) }
        return events
    }
}

/// The context that translating a request creates for its response.
///
/// - Parameter fields: further fields of the request, in JSON.
func context(usage: Bool = true, functions: Bool = false, _ fields: String = "") throws -> ReplyContext {
    let functions = functions ? #","functions":[{"name":"f"}]"# : ""
    let fields = fields.isEmpty ? "" : "," + fields
    let body = #"""
        {"stream":true,"stream_options":{"include_usage":\#(usage)},\#
        "messages":[{"role":"user","content":"x"}]\#(functions)\#(fields)}
        """#
    return try RequestTranslator(settings: TranslationSettings(keepsReasoning: true))
        .translateChatRequest(Document(parsing: Array(body.utf8))).context
}

/// A translator whose response has the id `id`, unless upstream sends one.
func translator(usage: Bool = true, functions: Bool = false) throws -> StreamTranslator {
    StreamTranslator(context: try context(usage: usage, functions: functions), id: "id", created: 7)
}

/// Translates a whole response to a request with the given fields.
func completion(_ response: String, functions: Bool = false, _ fields: String = "") throws -> ReplyTranslator.Reply {
    try SingleReplyTranslator(context: context(functions: functions, fields), id: "id", created: 7)
        .translate(Document(parsing: Array(response.utf8)))
}

/// A stream translator and the bytes that it has written.
struct Streamed {
    var translator: StreamTranslator
    var bytes: [UInt8] = []

    init(_ translator: StreamTranslator) {
        self.translator = translator
    }

    /// Translates events, each given as its data, and ends the stream.
    init(_ events: [String], usage: Bool = true, functions: Bool = false, _ fields: String = "") throws {
        let context = try context(usage: usage, functions: functions, fields)
        self.init(StreamTranslator(context: context, id: "id", created: 7))
        for event in events { send(event) }
        end()
    }

    mutating func end() {
        translator.end(into: &bytes)
    }

    mutating func send(_ event: String) {
        send(Array(event.utf8))
    }

    mutating func send(_ event: [UInt8]) {
        send(event.span.bytes)
    }

    mutating func send(_ event: RawSpan) {
        translator.translate(event, into: &bytes)
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The chunks without `[DONE]`.
    var chunks: [Value] {
        get throws { try TranslationTests.chunks(in: bytes) }
    }

    /// The content of all chunks together.
    var said: Said {
        get throws { try Said(chunks: chunks) }
    }

    var failure: ReplyFailure? {
        if case .failed(let failure) = translator.outcome { failure } else { nil }
    }

    var finishReason: FinishReason? {
        if case .finished(let reason) = translator.outcome { reason } else { nil }
    }
}

/// The chunks of a stream without `[DONE]`; throws if one is not JSON.
func chunks(in stream: [UInt8]) throws -> [Value] {
    try Vectors.events(in: stream).filter { $0 != Array("[DONE]".utf8) }.map {
        try Document(parsing: $0).root
    }
}

extension [UInt8] {
    init(_ bytes: RawSpan) {
        self = bytes.withUnsafeBytes { Array($0) }
    }
}
