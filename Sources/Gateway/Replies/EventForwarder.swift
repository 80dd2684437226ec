internal import CGI
internal import EventStream
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// Hands upstream's events through, byte for byte, each as soon as it is complete.
///
/// Only complete events leave, so that what is put between them, the comments of a silent stream and the error at the
/// end of a broken one, never lands inside one. On the way it looks for the event that ends the stream: without it the
/// stream is broken, however tidily its connection was closed. Used on one event loop only.
final class EventForwarder {
    private let body: ResponseBody
    private let writer: BodyWriter
    private let heartbeat: Heartbeat

    private var parser = EventParser()
    /// The beginning of an event whose end has not come.
    private var held: [UInt8] = []
    private var isOversized = false
    private(set) var hasEnded = false
    private(set) var usage: Usage?

    init(_ body: ResponseBody, to writer: BodyWriter, heartbeat: Heartbeat) {
        self.body = body
        self.writer = writer
        self.heartbeat = heartbeat
    }

    /// Forwards until the stream ends. An end that is not a good one is told to the client as a last event.
    ///
    /// - Returns: what went wrong, nil if nothing did.
    func run() async -> Failure? {
        // The head goes out now: the client shall know that its request was accepted.
        writer.flush()
        body.liftTotalTimeout()
        heartbeat.start { [self] in beat() }
        defer { heartbeat.stop() }
        var failure: Failure?
        do throws(UpstreamError) {
            try await body.forEach { [self] piece in consume(piece) }
            if !hasEnded {
                failure = Failure(
                    status: 502, reason: "upstream_cut",
                    detail: "Upstream ended the stream before the reply was complete.")
            }
        } catch {
            failure =
                isOversized
                ? Failure(
                    status: 502, reason: "upstream_oversized", detail: "Upstream sent an event that is too large.")
                : Failure(error)
        }
        // What comes after the last event is no event; what comes after the good end changes nothing.
        if let failure, !hasEnded, failure.status != 499 { writeError(failure) }
        writer.flush()
        await writer.drained()
        return hasEnded ? nil : failure
    }

    private func consume(_ piece: RawSpan) -> ResponseBody.Demand {
        let completed: Int
        do {
            completed = try parser.feed(piece) { event in observe(event) }
        } catch {
            isOversized = true
            body.cancel()
            return .pause
        }
        if completed > 0 {
            if !held.isEmpty {
                writer.write(held.span.bytes)
                held.removeAll(keepingCapacity: true)
            }
            writer.write(piece.extracting(first: completed))
            writer.flush()
            heartbeat.postpone()
        }
        piece.extracting(droppingFirst: completed).withUnsafeBytes { held.append(contentsOf: $0) }
        guard writer.pendingByteCount > 0 else { return .more }
        writer.whenDrained { [body] in body.resume() }
        return .pause
    }

    /// Notes the good ends: the Responses API's terminal events, and Chat Completions' `[DONE]`.
    private func observe(_ event: Event) {
        if event.name.isEmpty {
            if event.data.elementsEqual("[DONE]".utf8) { return hasEnded = true }
            readUsage(of: event) { $0["usage"] }
        } else if Self.terminalEvents.contains(where: { event.name.elementsEqual($0.utf8) }) {
            hasEnded = true
            readUsage(of: event) { $0["response"]?["usage"] }
        }
    }

    private static let terminalEvents = [
        "response.completed", "response.incomplete", "response.failed", "error",
    ]

    private func readUsage(of event: Event, _ find: (Value) -> Value?) {
        guard event.data.contains("\"usage\""),
            let document = try? Document(parsing: event.data, maximumDepth: upstreamJSONDepth),
            let usage = Usage(find(document.root))
        else { return }
        self.usage = usage
    }

    private func beat() {
        guard writer.pendingByteCount == 0 else { return }
        var comment: [UInt8] = []
        EventWriter.append(comment: "waiting", to: &comment)
        writer.write(comment.span.bytes)
        writer.flush()
    }

    private func writeError(_ failure: Failure) {
        var data = Writer()
        data.object {
            $0.member("type", "error")
            $0.member("code", failure.reason)
            $0.member("message", failure.detail)
            $0.name("param")
            $0.null()
        }
        var event: [UInt8] = []
        EventWriter.append(data: data.bytes, name: "error", to: &event)
        writer.write(event.span.bytes)
    }
}

extension [UInt8] {
    fileprivate func contains(_ text: StaticString) -> Bool {
        firstRange(of: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)) != nil
    }
}
