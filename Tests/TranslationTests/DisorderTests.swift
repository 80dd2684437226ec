import JSON
import TestSupport
import Testing
import Translation

/// Numbered streams of which events were dropped, doubled or swapped on the way: the client loses nothing and gets nothing twice.
struct DisorderTests {
    private struct Story {
        var events: [String] = []
        var text = ""
        var arguments = ""

        init(_ random: inout SeededGenerator) {
            let words = [
                "Once", " upon", #"\n"#, " a ", "time", "é", "日本", #"\ud83d"#, #"\ude00"#, "x", #"\\"#, " end",
            ]
            let pieces = (0..<Int.random(in: 1...6, using: &random)).map { _ in random.pick(words) }
            let inputs = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                random.pick(["1", ",2", " ", "[", "3]"])
            }
            let (text, input) = (pieces.joined(), inputs.joined())
            let item = message(text)
            let call = functionCall("c", "f", input)
            events = [created(), added(emptyMessage())]
            events.append(
                #"{"type":"response.content_part.added","item_id":"msg","output_index":0,"content_index":0,"part":{"type":"output_text","text":""}}"#
            )
            events += pieces.map { delta("output_text", $0) }
            events += [whole("output_text", "text", text), done(item), added(functionCall("c", "f", ""), at: 1)]
            events += inputs.map { delta("function_call_arguments", $0, at: 1) }
            events += [
                whole("function_call_arguments", "arguments", input, at: 1), done(call, at: 1), completed(item, call),
            ]
            events = events.enumerated().map { #"{"sequence_number":\#($0),\#($1.dropFirst())"# }
            self.text = (try? Document(parsing: Array("\"\(text)\"".utf8)).root.string) ?? ""
            arguments = input
        }
    }

    @Test func `dropped, doubled and swapped events lose and double nothing`() throws {
        for seed in 0..<UInt64(3000) {
            var random = SeededGenerator(seed: seed)
            let story = Story(&random)
            var events = story.events
            var changes: [String] = []
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                // The last event is not told again.
                let place = Int.random(in: 0..<events.count - 1, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0:
                    changes.append("drops \(events.remove(at: place))")
                case 1:
                    events.insert(events[place], at: place)
                    changes.append("doubles \(events[place])")
                default:
                    // A late copy looks like an event of a server that restarts its numbers for each item.
                    guard place + 2 < events.count, Set(events).count == events.count else { continue }
                    events.swapAt(place, place + 1)
                    changes.append("swaps \(events[place + 1])")
                }
            }
            let said = try Streamed(events).said
            #expect(said.content == story.text, "\(seed): \(changes)")
            #expect(said.calls.map(\.input) == [story.arguments], "\(seed): \(changes)")
            #expect(said.calls.first?.name == "f")
            #expect(said.finishReason == "tool_calls")
        }
    }
}
