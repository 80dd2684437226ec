/// The body of one response, to be read once, on the event loop it was sent from.
///
/// Nothing is read from the socket before someone asks for it. Letting go of a body that has not been read to its end
/// closes the connection.
public final class ResponseBody: Sendable {
    /// What a consumer says to a piece.
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
    /// `consume` runs on the event loop, straight from the socket's read; it must not block. Cancelling the task closes
    /// the connection at once.
    ///
    /// - Throws: what cut the body short. What had arrived in front of a cut is consumed first.
    public func forEach(_ consume: @escaping (RawSpan) -> Demand) async throws(UpstreamError) {
        try await queue.forEach(consume).get()
    }

    /// The whole body.
    ///
    /// - Parameter limit: in bytes.
    /// - Throws: `.tooLarge` when there is more than `limit`; the connection is closed then.
    public func collect(upTo limit: Int) async throws(UpstreamError) -> [UInt8] {
        var bytes: [UInt8] = []
        try await forEach { [queue] piece in
            guard piece.byteCount <= limit - bytes.count else {
                queue.cancel(.tooLarge, "the body is longer than \(limit) bytes")
                return .pause
            }
            piece.withUnsafeBytes { bytes.append(contentsOf: $0) }
            return .more
        }
        return bytes
    }

    /// Lets the body take as long as it likes, as long as upstream is not silent: what a stream that is alive wants.
    public func liftTotalTimeout() {
        queue.liftTotalTimeout()
    }

    /// Ends a pause. May be called from within `consume`, which then has not paused at all.
    public func resume() {
        queue.resume()
    }

    /// Closes the connection at once, unless the body has ended; a `forEach` that runs throws `.cancelled`.
    public func cancel() {
        queue.cancel()
    }
}
