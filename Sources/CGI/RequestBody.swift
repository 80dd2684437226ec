/// A request's body. It may still be arriving while the request is handled, so that the caller can be checked first.
public protocol RequestBody: AnyObject, Sendable {
    /// Receives the whole body. It must be called at most once, on the exchange's event loop.
    ///
    /// - Returns: the whole body.
    /// - Throws: ``BodyError`` if the whole body cannot be received. The rest of it is discarded.
    func receive() async throws(BodyError) -> ReceivedBody
}

/// A completely received body.
public struct ReceivedBody: Sendable {
    /// The body's bytes.
    public var bytes: [UInt8]

    /// The reservation of memory for the body. Keep it as long as the body, or data made from it, is in use.
    public var memory: MemoryBudget.Reservation?

    /// Creates a received body.
    ///
    /// - Parameters:
    ///   - bytes: the body's bytes.
    ///   - memory: the reservation of memory for the body; nil if there is no budget.
    public init(_ bytes: [UInt8], memory: MemoryBudget.Reservation? = nil) {
        self.bytes = bytes
        self.memory = memory
    }
}

/// Why a request's body could not be received.
public enum BodyError: Error, Sendable, Equatable {
    /// It is larger than `limit` bytes.
    case tooLarge(limit: Int)
    /// The client disconnected, or `CONTENT_LENGTH` does not match the number of bytes.
    case incomplete
    /// It arrived more slowly than allowed.
    case tooSlow
    /// The process has no descriptor left for serving the request.
    case noDescriptor
    /// The memory budget has too little left for it.
    case noMemory
}

/// The result of receiving a body before the request is handled.
public final class StoredBody: RequestBody {
    private let result: Result<[UInt8], BodyError>

    /// Creates a body from its bytes or from the error that prevented receiving it.
    ///
    /// - Parameter result: the bytes or the error; an empty body by default.
    public init(_ result: Result<[UInt8], BodyError> = .success([])) {
        self.result = result
    }

    public func receive() async throws(BodyError) -> ReceivedBody {
        ReceivedBody(try result.get())
    }
}
