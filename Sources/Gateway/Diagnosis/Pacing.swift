internal import EventStream
internal import JSON
internal import Upstream

/// How the events of a ``TickStream`` came: over what time they were written, and over what time they arrived.
struct Pacing {
    private var writtenAt: [Int] = []
    private var arrivedAt: [ContinuousClock.Instant] = []
    private var announced = 0

    /// Reads a stream to its end.
    init(of body: ResponseBody) async throws {
        var parser = EventParser()
        var pacing = self
        var fault: (any Error)?
        try await body.forEach { piece in
            do {
                try parser.feed(piece) { _, data in pacing.note(data) }
            } catch {
                fault = fault ?? error
            }
        }
        if let fault { throw fault }
        self = pacing
    }

    /// Whether all that was announced is here.
    var isComplete: Bool { announced > 1 && writtenAt.count == announced }

    /// Whether events came together that were written apart. By the halves, so that a busy machine is no buffer.
    var isHeldBack: Bool {
        guard let first = arrivedAt.first, let last = arrivedAt.last, let start = writtenAt.first,
            let end = writtenAt.last
        else { return true }
        return last - first < .milliseconds(end - start) / 2
    }

    private mutating func note(_ data: RawSpan) {
        guard let tick = try? Document(parsing: data.withUnsafeBytes { Array($0) }).root,
            tick["object"]?.isString("gpt_proxy.tick") == true, let written = tick["written_ms"]?.integer
        else { return }
        announced = tick["of"]?.integer ?? 0
        writtenAt.append(written)
        arrivedAt.append(.now)
    }
}
