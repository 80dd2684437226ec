internal import EventStream
internal import JSON
internal import Translation

/// Hands upstream's events through, byte for byte, each as soon as it is complete.
///
/// Only complete events leave, so that what is put between them, the comments of a silent stream and the error at the
/// end of a broken one, never lands inside one. On the way it looks for the event that ends the stream: without it the
/// stream is broken, however tidily its connection was closed.
struct PassedStream: StreamTransform {
    private var parser = EventParser()
    /// The beginning of an event whose end has not come.
    private var held: [UInt8] = []
    private(set) var ending: Result<Void, Failure>?
    private(set) var usage: Usage?

    private(set) var hasBegun = false
    private(set) var earlyFailure: Failure?
    private let waitsForMeaning: Bool

    /// - Parameter waitsForMeaning: whether the head waits for an event that says more than that there is a response, so
    ///   that an error before it becomes a status. Else the client gets errors as the events that they are.
    init(waitsForMeaning: Bool) {
        self.waitsForMeaning = waitsForMeaning
    }

    mutating func consume(_ piece: RawSpan, into output: inout [UInt8]) throws {
        var events: [Event] = []
        let completed = try parser.feed(piece) { events.append($0) }
        for event in events { observe(event) }
        if completed > 0 {
            output.append(contentsOf: held)
            held.removeAll(keepingCapacity: true)
            piece.extracting(first: completed).withUnsafeBytes { output.append(contentsOf: $0) }
        }
        piece.extracting(droppingFirst: completed).withUnsafeBytes { held.append(contentsOf: $0) }
    }

    mutating func bodyHasEnded(isWhole: Bool, into output: inout [UInt8]) {
        guard isWhole, ending == nil else { return }
        ending = .failure(
            Failure(
                status: 502, reason: "upstream_unfinished",
                message: "Upstream ended the stream before the reply was complete."))
    }

    /// Notes the good ends: the Responses API's terminal events, and Chat Completions' `[DONE]`.
    private mutating func observe(_ event: Event) {
        if !hasBegun {
            let isPrelude = Self.preludes.contains { event.name.elementsEqual($0.utf8) }
            if !isPrelude, let failure = ReplyFailure(eventData: event.data).map(Failure.init) {
                earlyFailure = failure
                if waitsForMeaning { return ending = .failure(failure) }
            }
            hasBegun = !(isPrelude && waitsForMeaning)
        }
        if event.name.isEmpty {
            if event.data.elementsEqual("[DONE]".utf8) { return ending = .success(()) }
            readUsage(of: event) { $0["usage"] }
        } else if Self.terminalEvents.contains(where: { event.name.elementsEqual($0.utf8) }) {
            ending = .success(())
            readUsage(of: event) { $0["response"]?["usage"] }
        }
    }

    private static let preludes = ["response.created", "response.in_progress", "response.queued"]

    private static let terminalEvents = [
        "response.completed", "response.incomplete", "response.failed", "error",
    ]

    private mutating func readUsage(of event: Event, _ find: (Value) -> Value?) {
        guard event.data.contains("\"usage\":{"),
            let document = try? Document(parsing: event.data, maximumDepth: upstreamJSONDepth),
            let usage = Usage(find(document.root))
        else { return }
        self.usage = usage
    }

    func writeBeat(into output: inout [UInt8]) {
        EventWriter.append(comment: "waiting", to: &output)
    }

    /// In the form of the Responses API's own error event: flat, as it is documented, and nested, as it comes on the wire
    /// and as client libraries of both APIs look for it.
    func writeFailure(_ failure: Failure, into output: inout [UInt8]) {
        var data = Writer()
        data.object {
            $0.member("type", "error")
            $0.failure(failure)
            $0.name("error")
            $0.object {
                $0.member("type", "server_error")
                $0.failure(failure)
            }
        }
        EventWriter.append(data: data.bytes, name: "error", to: &output)
    }
}

extension Writer {
    fileprivate mutating func failure(_ failure: Failure) {
        member("code", failure.reason)
        member("message", failure.message)
        name("param")
        null()
    }
}

extension [UInt8] {
    fileprivate func contains(_ text: StaticString) -> Bool {
        firstRange(of: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)) != nil
    }
}
