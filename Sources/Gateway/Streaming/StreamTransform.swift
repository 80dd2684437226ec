internal import EventStream
internal import Translation

/// Converts an upstream stream for the client. Performs no I/O: bytes in, bytes out.
protocol StreamTransform: SendableMetatype {
    /// Takes what is known when upstream has responded.
    ///
    /// - Parameters:
    ///   - context: the context of the request that succeeded, which may differ from the original one.
    ///   - isWhole: whether upstream sends a whole response instead of a stream.
    mutating func adopt(_ context: ReplyContext, isWhole: Bool)

    /// Handles a piece of the body and appends the resulting output.
    ///
    /// - Throws: when an event is too large; the upstream response is cancelled then.
    mutating func consume(_ piece: RawSpan, into output: inout [UInt8]) throws

    /// Handles the end of upstream's body. Whether the stream in it is complete, the transform decides.
    ///
    /// - Parameter isWhole: whether the body ended properly, or was cut off.
    mutating func bodyHasEnded(isWhole: Bool, into output: inout [UInt8])

    /// Whether there is visible content. Before that, an error can still get its own status.
    var hasBegun: Bool { get }

    /// How the stream ended: with a success, or with an error that upstream reported in it. Nil until then.
    var ending: Result<Void, HTTPError>? { get }

    /// Whether the error with which the stream ended is in the output.
    var hasToldFailure: Bool { get }

    /// An error that upstream reported before any visible content. The request may be sent again.
    var earlyFailure: HTTPError? { get }

    /// Whether upstream continues to send data that the client does not need after a successful end.
    var leavesUpstream: Bool { get }

    /// Appends a heartbeat.
    mutating func writeBeat(into output: inout [UInt8])

    /// Appends an error to a stream that has begun.
    func writeFailure(_ failure: HTTPError, into output: inout [UInt8])

    var usage: Usage? { get }

    /// The number of output tokens so far, estimated from events: one per delta.
    var outputTokens: Int { get }

    /// The size of the incomplete events that are held, in bytes.
    var heldByteCount: Int { get }

    /// Appends the end of the client's stream after all its choices have ended successfully.
    static func writeEnd(of choices: [Self], into output: inout [UInt8])
}

extension StreamTransform {
    mutating func adopt(_ context: ReplyContext, isWhole: Bool) {}

    var leavesUpstream: Bool { false }

    var hasToldFailure: Bool { false }

    var heldByteCount: Int { 0 }

    var earlyFailure: HTTPError? {
        guard !hasBegun, case .failure(let failure) = ending else { return nil }
        return failure
    }

    static func writeEnd(of choices: [Self], into output: inout [UInt8]) {}
}

extension RawSpan {
    /// Whether an event of that name adds content. The names of all such events of the Responses API end in `.delta`.
    var namesDelta: Bool {
        byteCount > 6 && extracting(last: 6).reads(".delta")
    }
}

/// The body of a whole response, which upstream sends although a stream was requested. It is collected, and becomes a stream
/// when it is complete.
struct WholeBody {
    private(set) var bytes: [UInt8] = []

    /// - Throws: when the body is too large.
    mutating func append(_ piece: RawSpan) throws(EventParser.EventTooLarge) {
        guard bytes.count + piece.byteCount <= EventParser.defaultMaximumEventSize else {
            throw EventParser.EventTooLarge()
        }
        piece.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
}
