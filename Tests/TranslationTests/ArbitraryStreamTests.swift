import EventStream
import JSON
import TestSupport
import Testing
import Translation

/// Malformed streams, derived from recorded ones.
struct ArbitraryStreamTests {
    @Test(arguments: Vectors.successes)
    func `unknown events at any position, in pieces of any size, change nothing`(name: String) throws {
        let events = try Vectors.events(name)
        let expected = try bytes(of: events)
        for seed in 0..<UInt64(5) {
            var random = SeededGenerator(seed: seed)
            var wire: [UInt8] = []
            for event in events {
                while random.happens(oneIn: 3) {
                    let type = random.pick(EventTypeTests.silent.filter { !$0.hasSuffix("created") && !isItem($0) })
                    EventWriter.append(data: EventTypeTests.event(type).utf8, to: &wire)
                }
                if random.happens(oneIn: 5) { EventWriter.append(comment: "beat", to: &wire) }
                EventWriter.append(data: event, to: &wire)
            }
            var stream = Streamed(try translator())
            var parser = EventParser()
            var rest = wire[...]
            while !rest.isEmpty {
                let piece = Array(rest.prefix(Int.random(in: 1...700, using: &random)))
                rest = rest.dropFirst(piece.count)
                try parser.feed(piece.span.bytes) { _, data in stream.send(data) }
            }
            #expect(stream.bytes == expected, "seed \(seed)")
        }
    }

    /// Later events repeat every piece of a response, except single deltas of a part whose other deltas arrived.
    @Test(arguments: Vectors.successes)
    func `losing events, except some of a part's deltas, loses no text`(name: String) throws {
        let events = try Vectors.events(name)
        let expected = try Said(chunks: chunks(in: bytes(of: events)))
        for seed in 0..<UInt64(20) {
            var random = SeededGenerator(seed: seed)
            let losesDeltas = random.happens(oneIn: 2)
            var stream = Streamed(try translator())
            for event in events.dropLast() {
                let type = try Document(parsing: event).root["type"]?.string ?? ""
                let isLost = type.hasSuffix(".delta") ? losesDeltas : random.happens(oneIn: 2)
                if !isLost { stream.send(event) }
            }
            stream.send(events[events.count - 1])
            let said = try stream.said
            #expect(said.content == expected.content, "seed \(seed)")
            #expect(said.refusal == expected.refusal, "seed \(seed)")
            // A call whose first event was lost is sent later, so the order may differ.
            #expect(said.calls.sorted { $0.id < $1.id } == expected.calls.sorted { $0.id < $1.id }, "seed \(seed)")
            #expect(said.finishReason == expected.finishReason, "seed \(seed)")
        }
    }

    @Test(arguments: Vectors.successes)
    func `repeated events other than deltas duplicate nothing`(name: String) throws {
        let events = try Vectors.events(name)
        var stream = Streamed(try translator())
        for event in events {
            stream.send(event)
            let type = try Document(parsing: event).root["type"]?.string ?? ""
            if !type.hasSuffix(".delta") { stream.send(event) }
        }
        #expect(try stream.bytes == bytes(of: events))
    }

    @Test(arguments: Vectors.names)
    func `a stream with random values replaced yields valid JSON chunks`(name: String) throws {
        let events = try Vectors.events(name)
        for seed in 0..<UInt64(20) {
            var random = SeededGenerator(seed: seed)
            var stream = Streamed(try translator(functions: random.happens(oneIn: 2)))
            for event in events {
                var writer = Writer()
                let root = try Document(parsing: event).root
                if random.happens(oneIn: 3) { writer.garbled(root, &random) } else { writer.value(root) }
                stream.send(writer.bytes)
            }
            stream.end()
            #expect(stream.translator.outcome != nil)
            // The client gets valid JSON for any input.
            #expect(throws: Never.self) { try stream.chunks }
        }
    }

    @Test(arguments: Vectors.names)
    func `a whole response with random values replaced yields valid JSON or an error`(name: String) throws {
        let root = try Vectors.json("bodies/\(name).json")
        let translator = SingleReplyTranslator(context: try context(), id: "id", created: 7)
        for seed in 0..<UInt64(50) {
            var random = SeededGenerator(seed: seed)
            var writer = Writer()
            writer.garbled(root, &random)
            do throws(ReplyFailure) {
                let reply = try translator.translate(try document(writer.bytes))
                #expect(throws: Never.self) { try Document(parsing: reply.body) }
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }

    private func isItem(_ type: String) -> Bool { type.contains("output_item") }

    private func bytes(of events: [[UInt8]]) throws -> [UInt8] {
        var stream = Streamed(try translator())
        for event in events { stream.send(event) }
        return stream.bytes
    }
}

private func document(_ bytes: [UInt8]) throws(ReplyFailure) -> Document {
    guard let document = try? Document(parsing: bytes) else { throw ReplyFailure(message: "") }
    return document
}

extension Writer {
    private static let surprises = [
        "null", "true", "0", "-1", "9223372036854775807", "-9223372036854775808", "1e999", "1.5", #""""#, #""\ud800""#,
        #""in_progress""#, #""commentary""#, "[]", "{}", "[null]", #"{"type":"message"}"#,
        #"[{"type":"function_call"}]"#,
    ]

    /// Copies a value and replaces some of the values inside it at random.
    mutating func garbled(_ value: Value, _ random: inout SeededGenerator) {
        if random.happens(oneIn: 25), let surprise = try? Document(parsing: Array(random.pick(Self.surprises).utf8)) {
            return self.value(surprise.root)
        }
        switch value.kind {
        case .array:
            array { for element in value.elements { $0.garbled(element, &random) } }
        case .object:
            object {
                for member in value.members {
                    $0.name(text: member.name)
                    $0.garbled(member.value, &random)
                }
            }
        default:
            self.value(value)
        }
    }
}
