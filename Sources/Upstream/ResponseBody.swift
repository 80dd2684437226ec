/// The body of one response. It can be read once, on the event loop on which the request was sent.
///
/// Nothing is read from the socket until the body is read or peeked at. Releasing a body before its end closes the connection.
public final class ResponseBody: Sendable {
    /// Whether a consumer wants more of the body.
    public enum Demand: Sendable {
        /// Continue.
        case more
        /// Do not call the consumer or read from the socket until `resume`.
        case pause
    }

    private let queue: BodyQueue

    init(_ queue: BodyQueue) {
        self.queue = queue
    }

    deinit {
        queue.hopToCancel()
    }

    /// Calls `consume` for each piece as it arrives, in order, and returns when the body is complete.
    ///
    /// Both closures run on the event loop, called synchronously from the socket's read; they must not block. Cancelling the
    /// task closes the connection immediately.
    ///
    /// - Parameters:
    ///   - consume: called with each piece.
    ///   - pausing: called after all pieces of one read from the socket have been consumed, unless the body has ended. It can
    ///     send the results of these pieces, and returns whether to continue.
    /// - Throws: ``UpstreamError`` if the body is incomplete. After a cut, the pieces that had arrived are consumed first.
    public func forEach(
        _ consume: @escaping (RawSpan) -> Void, pausing: @escaping () -> Demand = { .more }
    ) async throws(UpstreamError) {
        try await queue.forEach(consume, pausing: pausing).get()
    }

    /// Returns the first `count` bytes of the body without consuming them; fewer if the body ends or is cut before that.
    ///
    /// It must be called on the event loop, before the body is read. Cancelling the task closes the connection immediately.
    ///
    /// - Parameter count: the number of bytes to wait for.
    /// - Returns: the start of the body.
    public func peek(_ count: Int) async -> [UInt8] {
        await queue.peek(count)
    }

    /// Reads the whole body.
    ///
    /// - Parameters:
    ///   - limit: the maximum size, in bytes.
    ///   - admits: called before the body grows, with its new size in bytes; returns whether it may grow.
    /// - Returns: the whole body.
    /// - Throws: ``UpstreamError``; with the code `.tooLarge` if the body exceeds `limit` or `admits` returns false. The
    ///   connection is then closed.
    public func collect(
        upTo limit: Int, admits: @escaping (Int) -> Bool = { _ in true }
    ) async throws(UpstreamError) -> [UInt8] {
        var bytes: [UInt8] = []
        try await forEach { [queue] piece in
            guard piece.byteCount <= limit - bytes.count else {
                return queue.cancel(.tooLarge, "the body is longer than \(limit) bytes")
            }
            guard admits(bytes.count + piece.byteCount) else {
                return queue.cancel(.tooLarge, "too little memory is left for a body of more than \(bytes.count) bytes")
            }
            piece.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// Exempts the body from the total timeout; the idle timeout still applies. For streams that are still active.
    public func liftTotalTimeout() {
        queue.liftTotalTimeout()
    }

    /// Ends a pause. If it is called within `pausing`, a returned `.pause` has no effect.
    public func resume() {
        queue.resume()
    }

    /// Closes the connection immediately, unless the body has ended. A running `forEach` throws `.cancelled`.
    public func cancel() {
        queue.cancel()
    }
}
