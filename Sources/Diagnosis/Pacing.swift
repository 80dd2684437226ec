internal import EventStream
internal import JSON
internal import Upstream

/// The timing of the events of `CheckResponse`: the time over which they were written, and the time over which they
/// arrived.
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

    /// Whether all announced events have arrived.
    var isComplete: Bool { announced > 1 && writtenAt.count == announced }

    /// Whether events that were written separately arrived together. The threshold is half the time, so that a busy machine
    /// does not count as a buffer.
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
