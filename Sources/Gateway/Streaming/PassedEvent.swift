internal import EventStream
internal import JSON

/// What an event of a stream that is passed on means. Of the Responses API's events the name says it; servers that send none
/// have the same text in the data. Chat Completions' events have neither.
enum PassedEvent {
    /// The response has been accepted, without any content yet.
    case prelude
    /// Adds content.
    case delta
    /// Ends the response, as a success or as an error.
    case terminal
    /// Any other event of the Responses API.
    case other
    /// A chunk of Chat Completions.
    case chunk
    /// `[DONE]`, the end of a stream of Chat Completions.
    case done

    init(_ name: RawSpan, _ data: RawSpan) {
        if name.byteCount > 0, !name.reads("message") {
            self.init(type: name)
        } else if data.reads("[DONE]") {
            self = .done
        } else {
            var found = PassedEvent.chunk
            let isRead = FlatObject.read(data) { name, value, kind in
                guard name.reads("type"), kind == .string else { return .more }
                found = PassedEvent(type: value.extracting(first: value.byteCount - 1).extracting(droppingFirst: 1))
                return .stop
            }
            // A nested value before the type ends the quick reading.
            if case .chunk = found, !isRead, data.contains("\"response.") { found = Self.reading(data) }
            self = found
        }
    }

    private init(type: RawSpan) {
        if type.namesDelta {
            self = .delta
        } else if Self.preludes.contains(where: { type.reads($0) }) {
            self = .prelude
        } else if Self.terminals.contains(where: { type.reads($0) }) {
            self = .terminal
        } else {
            self = .other
        }
    }

    private static func reading(_ data: RawSpan) -> PassedEvent {
        let bytes = data.withUnsafeBytes { Array($0) }
        guard let type = try? Document(parsing: bytes, maximumDepth: upstreamJSONDepth).root["type"]?.string,
            type.hasPrefix("response.")
        else { return .chunk }
        return PassedEvent(type: Array(type.utf8).span.bytes)
    }

    private static let preludes: [StaticString] = ["response.created", "response.in_progress", "response.queued"]

    private static let terminals: [StaticString] = [
        "response.completed", "response.incomplete", "response.done", "response.failed", "response.cancelled", "error",
    ]
}
