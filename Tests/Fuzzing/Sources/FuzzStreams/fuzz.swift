import EventStream
import JSON
import Translation

/// For any upstream stream, clients get events of JSON, and a successful end only if upstream's stream ended successfully.
/// The first byte determines the client's request.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
    let context = contexts[Int(start.pointee) % contexts.count]
    var translator = StreamTranslator(context: context, id: "id", created: 1)
    var output: [UInt8] = []
    var parser = EventParser()
    _ = try? parser.feed(bytes.span.bytes) { _, data in translator.translate(data, into: &output) }
    let hadEnded = translator.outcome != nil || translator.isCut
    translator.end(into: &output)
    guard let outcome = translator.outcome else { fatalError("the stream has no end") }
    if case .finished = outcome { precondition(hadEnded, "a stream that broke off ends successfully") }
    check(output)
    if let document = try? Document(parsing: bytes, maximumDepth: 512) {
        _ = try? ReplyTranslator(id: "id", created: 1).translate([(context, document)])
    }
    return 0
}

private let contexts: [ReplyContext] = [
    #"{"stream":true,"messages":[{"role":"user","content":"x"}]}"#,
    #"{"stream":true,"stream_options":{"include_usage":true},"stop":["o w"],"messages":[{"role":"user","content":"x"}]}"#,
    #"{"stream":true,"max_tokens":3,"messages":[{"role":"user","content":"x"}]}"#,
    #"{"stream":true,"functions":[{"name":"f"}],"messages":[{"role":"user","content":"x"}]}"#,
    #"{"stream":true,"tools":[{"type":"function","function":{"name":"f"}}],"messages":[{"role":"user","content":"x"}]}"#,
].map { body in
    guard let document = try? Document(parsing: Array(body.utf8)),
        let request = try? RequestTranslator(settings: TranslationSettings()).translateChatRequest(document)
    else { fatalError("one of the fuzzer's own requests is rejected") }
    return request.context
}

private func check(_ output: [UInt8]) {
    var parser = EventParser()
    _ = try? parser.feed(output.span.bytes) { _, data in
        guard !data.reads("[DONE]") else { return }
        let chunk = data.withUnsafeBytes { Array($0) }
        precondition((try? Document(parsing: chunk, maximumDepth: 512)) != nil, "a chunk is not JSON")
    }
    precondition(parser.isBetweenEvents, "the stream ends within an event")
}
