import EventStream
import JSON
import Translation

/// For any upstream stream, clients get events of JSON, and a successful end only if upstream's stream ended successfully.
/// If events of a stream were dropped, doubled or swapped, clients still get all its content, once.
/// The first byte determines the client's request, or the second of the two.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
    guard start.pointee < 0x80 else {
        disorder(bytes)
        return 0
    }
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

// MARK: Disorder

/// Sends a text and a call in pieces that the bytes choose, drops, doubles or swaps up to two events, and checks the result.
private func disorder(_ bytes: [UInt8]) {
    let changes = bytes.prefix(4)
    let pieces = bytes.dropFirst(4).prefix(40).split(separator: 0, omittingEmptySubsequences: true).map {
        $0.map { letters[Int($0) % letters.count] }.joined()
    }
    let text = pieces.joined()
    let item = #"{"type":"message","id":"m","content":[{"type":"output_text","text":"\#(text)"}]}"#
    func call(_ arguments: String) -> String {
        #"{"type":"function_call","id":"f","call_id":"c","name":"n","arguments":"\#(arguments)"}"#
    }
    func delta(_ kind: String, _ id: String, _ index: Int, _ text: String) -> String {
        #""type":"response.\#(kind).delta","item_id":"\#(id)","output_index":\#(index),"content_index":0,"delta":"\#(text)""#
    }
    var events = [
        #""type":"response.created","response":{"id":"resp_1"}"#,
        #""type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"m","content":[]}"#,
        // Without this event, one number missing before the first delta means that the server leaves it out.
        #""type":"response.content_part.added","item_id":"m","output_index":0,"content_index":0,"part":{"type":"output_text","text":""}"#,
    ]
    events += pieces.map { delta("output_text", "m", 0, $0) }
    events.append(#""type":"response.output_item.done","output_index":0,"item":\#(item)"#)
    events.append(#""type":"response.output_item.added","output_index":1,"item":\#(call(""))"#)
    events += pieces.map { delta("function_call_arguments", "f", 1, $0) }
    events.append(#""type":"response.output_item.done","output_index":1,"item":\#(call(text))"#)
    events.append(#""type":"response.completed","response":{"status":"completed","output":[\#(item),\#(call(text))]}"#)
    var sent = events.enumerated().map { #"{"sequence_number":\#($0),\#($1)}"# }
    var isDoubled = false
    for start in stride(from: 0, to: changes.count - 1, by: 2) {
        // No event repeats the last one.
        let place = Int(changes[start + 1]) % (sent.count - 1)
        switch changes[start] % 4 {
        case 0: sent.remove(at: place)
        case 1:
            sent.insert(sent[place], at: place)
            isDoubled = true
        // A late copy looks like an event of a server that restarts its numbers for each item.
        case 2 where place + 2 < sent.count && !isDoubled: sent.swapAt(place, place + 1)
        default: break
        }
    }
    var translator = StreamTranslator(context: contexts[0], id: "id", created: 1)
    var output: [UInt8] = []
    for event in sent { translator.translate(Array(event.utf8).span.bytes, into: &output) }
    let arrived = said(output)
    let expected = (try? Document(parsing: Array("\"\(text)\"".utf8)))?.root.string ?? ""
    precondition(arrived.text == expected, "the text is '\(arrived.text)' instead of '\(expected)': \(sent)")
    precondition(
        arrived.arguments == expected, "the arguments are '\(arrived.arguments)' instead of '\(expected)': \(sent)")
}

private let letters = ["a", "b", " ", #"\n"#, "\u{E9}", "\u{1F600}", #"\ud83d\ude00"#, #"\""#, "z"]

private func said(_ output: [UInt8]) -> (text: String, arguments: String) {
    var (text, arguments) = ("", "")
    var parser = EventParser()
    _ = try? parser.feed(output.span.bytes) { _, data in
        guard let chunk = try? Document(parsing: data.withUnsafeBytes { Array($0) }).root else { return }
        for choice in chunk["choices"]?.elements ?? .empty {
            text += choice["delta"]?["content"]?.string ?? ""
            for call in choice["delta"]?["tool_calls"]?.elements ?? .empty {
                arguments += call["function"]?["arguments"]?.string ?? ""
            }
        }
    }
    return (text, arguments)
}
