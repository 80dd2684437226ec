/// The body of one response, to be read once, on the event loop it was sent from.
///
/// Nothing is read from the socket before someone asks for it. Letting go of a body that has not been read to its end
/// closes the connection.
public final class ResponseBody: Sendable {
    /// What a consumer says after what it was given.
    public enum Demand: Sendable {
        /// Go on.
        case more
        /// Call no more, and read nothing from the socket, until `resume`.
        case pause
    }

    private let queue: BodyQueue

    init(_ queue: BodyQueue) {
        self.queue = queue
    }

    deinit {
        queue.hopToCancel()
    }

    /// Calls `consume` for each piece as it arrives, in order, and returns when the body has ended properly.
    ///
    /// Both closures run on the event loop, straight from the socket's read; they must not block. Cancelling the task
    /// closes the connection at once.
    ///
    /// - Parameters:
    ///   - consume: takes a piece.
    ///   - pausing: is called when what one read of the socket brought has been consumed, unless the body has ended with
    ///     it: the time to pass on what was made of it, and to say whether there should be more.
    /// - Throws: what cut the body short. What had arrived in front of a cut is consumed first.
    public func forEach(
        _ consume: @escaping (RawSpan) -> Void, pausing: @escaping () -> Demand = { .more }
    ) async throws(UpstreamError) {
        try await queue.forEach(consume, pausing: pausing).get()
    }

    /// How the body begins: its first `count` bytes, or all of it if it ends before that or is cut. They are still there
    /// for who reads it.
    ///
    /// To be called before that, on the event loop. Cancelling the task closes the connection at once.
    public func peek(_ count: Int) async -> [UInt8] {
        await queue.peek(count)
    }

    /// The whole body.
    ///
    /// - Parameters:
    ///   - limit: in bytes.
    ///   - admits: says whether it may become so large, in bytes, as it is about to.
    /// - Throws: `.tooLarge` when there is more than `limit`, or than was admitted; the connection is closed then.
    public func collect(
        upTo limit: Int, admits: @escaping (Int) -> Bool = { _ in true }
    ) async throws(UpstreamError) -> [UInt8] {
        var bytes: [UInt8] = []
        try await forEach { [queue] piece in
            guard piece.byteCount <= limit - bytes.count else {
                return queue.cancel(.tooLarge, "the body is longer than \(limit) bytes")
            }
            guard admits(bytes.count + piece.byteCount) else {
                return queue.cancel(.tooLarge, "there is no room for a body of more than \(bytes.count) bytes")
            }
            piece.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// Lets the body take as long as it likes, as long as upstream is not silent: what a stream that is alive wants.
    public func liftTotalTimeout() {
        queue.liftTotalTimeout()
    }

    /// Ends a pause. May be called from within `pausing`, which then does not pause at all.
    public func resume() {
        queue.resume()
    }

    /// Closes the connection at once, unless the body has ended; a `forEach` that runs throws `.cancelled`.
    public func cancel() {
        queue.cancel()
    }
}
