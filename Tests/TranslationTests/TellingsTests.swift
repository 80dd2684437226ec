import JSON
import TestSupport
import Testing
import Translation

/// Streams from which something was left out: another event tells it too, so that the client loses nothing and gets nothing
/// twice.
struct TellingsTests {
    /// An event, or one of its members by the path to it.
    private struct Omission: CustomStringConvertible {
        let event: Int
        var path: [String] = []

        var description: String { "\(event)\(path.isEmpty ? "" : ":" + path.joined(separator: "."))" }
    }

    @Test(arguments: Vectors.successes)
    func `nothing is lost or doubled if any event or any member is left out`(name: String) throws {
        let events = try Vectors.events(name).map { try Document(parsing: $0).root }
        let expected = try said(events, without: [])
        for omission in omissions(in: events) {
            let found = try said(events, without: [omission])
            #expect(found == comparable(expected, [omission], events), "without \(omission)")
        }
    }

    /// All pairs of whole events, except that of a run of deltas only the first, one in the middle and the last count; and
    /// random pairs of members.
    @Test(arguments: Vectors.successes)
    func `nothing is lost or doubled if any two events or members are left out`(name: String) throws {
        let events = try Vectors.events(name).map { try Document(parsing: $0).root }
        let expected = try said(events, without: [])
        let typical = events.indices.filter { index in
            let type = events[index]["type"]?.string
            let (before, after) = (
                index > 0 ? events[index - 1] : nil, index + 1 < events.count ? events[index + 1] : nil
            )
            return type?.hasSuffix(".delta") != true || before?["type"]?.string != type
                || after?["type"]?.string != type || index % 7 == 3
        }
        var pairs: [[Omission]] = []
        for first in typical {
            for second in typical where first < second {
                pairs.append([Omission(event: first), Omission(event: second)])
            }
        }
        var random = SeededGenerator(seed: 21)
        let all = omissions(in: events)
        for _ in 0..<200 { pairs.append([random.pick(all), random.pick(all)]) }
        for pair in pairs {
            let found = try said(events, without: pair)
            #expect(found == comparable(expected, pair, events), "without \(pair)")
        }
    }

    // MARK: What can be expected

    /// What the client can still get: only one event has the end and the usage.
    private func comparable(_ said: Said, _ omissions: [Omission], _ events: [Value]) -> Said {
        var said = said
        for omission in omissions {
            let isLast = omission.event == events.count - 1
            let isEnd = isLast && (omission.path.isEmpty || omission.path == ["type"])
            if isEnd || isLast && omission.path == ["response"] {
                (said.usage, said.serviceTier) = (nil, nil)
                if isEnd { said.finishReason = nil }
            }
            if isLast, omission.path.contains("usage") { said.usage = nil }
            if isLast, omission.path.contains("incomplete_details") || omission.path == ["response"] {
                if said.finishReason == "content_filter" { said.finishReason = "length" }
            }
        }
        return said
    }

    // MARK: Omissions

    private func omissions(in events: [Value]) -> [Omission] {
        events.indices.flatMap { index -> [Omission] in
            let isLast = index == events.count - 1
            let members = paths(in: events[index]).filter { path in
                guard path.first == "response", path.count > 1 else { return true }
                return isLast && ["output", "usage", "status", "incomplete_details"].contains(path[1])
                    && (path.count == 2 || path[1] == "output")
            }
            return [Omission(event: index)] + members.map { Omission(event: index, path: $0) }
        }
    }

    private func paths(in value: Value, below path: [String] = []) -> [[String]] {
        switch value.kind {
        case .object where !path.contains("logprobs") && !path.contains("usage"):
            value.members.flatMap { [path + [$0.name]] + paths(in: $0.value, below: path + [$0.name]) }
        case .array:
            value.elements.enumerated().flatMap { paths(in: $1, below: path + ["\($0)"]) }
        default: []
        }
    }

    private func said(_ events: [Value], without omissions: [Omission]) throws -> Said {
        var stream = Streamed(try translator())
        for (index, event) in events.enumerated() {
            let paths = omissions.filter { $0.event == index }.map(\.path)
            guard !paths.contains([]) else { continue }
            var writer = Writer()
            writer.copy(event, without: paths.map { $0[...] })
            stream.send(writer.bytes)
        }
        stream.end()
        var said = try stream.said
        (said.id, said.created, said.model, said.error) = (nil, nil, nil, nil)
        // The tellings have their numbers with different precision.
        said.logprobs = said.logprobs.map { String($0.prefix { $0 != "," }) }
        if said.role == nil { said.role = "assistant" }
        said.calls.sort { $0.id < $1.id }
        return said
    }
}

extension Writer {
    fileprivate mutating func copy(_ value: Value, without paths: [ArraySlice<String>]) {
        switch value.kind {
        case _ where paths.isEmpty:
            self.value(value)
        case .object:
            object {
                for member in value.members {
                    let below = paths.filter { $0.first == member.name }.map { $0.dropFirst() }
                    if below.contains(where: \.isEmpty) { continue }
                    $0.name(text: member.name)
                    $0.copy(member.value, without: below)
                }
            }
        case .array:
            array {
                for (index, element) in value.elements.enumerated() {
                    $0.copy(element, without: paths.filter { $0.first == "\(index)" }.map { $0.dropFirst() })
                }
            }
        default:
            self.value(value)
        }
    }
}
