/// A request's body, which may be on its way while the request is handled already: who calls is known before that.
public protocol RequestBody: AnyObject, Sendable {
    /// Receives the body to its end. It is called at most once, on the exchange's event loop.
    ///
    /// - Returns: the whole body.
    /// - Throws: why it cannot be had whole. What is left of it is thrown away unread.
    func receive() async throws(BodyError) -> ReceivedBody
}

/// A body that has come whole.
public struct ReceivedBody: Sendable {
    /// What the client sent.
    public var bytes: [UInt8]

    /// The body's part of the process's memory. Hold it for as long as the body, or what it becomes, is needed.
    public var memory: MemoryBudget.Share?

    /// A body of its bytes.
    ///
    /// - Parameters:
    ///   - bytes: what the client sent.
    ///   - memory: the body's part of the process's memory, where there is a budget.
    public init(_ bytes: [UInt8], memory: MemoryBudget.Share? = nil) {
        self.bytes = bytes
        self.memory = memory
    }
}

/// Why a request's body cannot be had whole.
public enum BodyError: Error, Sendable, Equatable {
    /// It is larger than `limit` bytes.
    case tooLarge(limit: Int)
    /// The client went away, or fewer or more bytes came than `CONTENT_LENGTH` announced.
    case incomplete
    /// It comes more slowly than is allowed.
    case tooSlow
    /// The process has no descriptor left to serve the request with.
    case noDescriptor
    /// The process has no memory left for it.
    case noMemory
}

/// A body that was received before the request was handled, or could not be.
public final class StoredBody: RequestBody {
    private let result: Result<[UInt8], BodyError>

    /// A body that is there, or the reason that it is not.
    public init(_ result: Result<[UInt8], BodyError> = .success([])) {
        self.result = result
    }

    public func receive() async throws(BodyError) -> ReceivedBody {
        ReceivedBody(try result.get())
    }
}
