internal import EventStream
internal import Translation

/// What becomes of upstream's stream on its way to the client. Does no I/O: bytes in, bytes out.
protocol StreamTransform: SendableMetatype {
    /// Takes what is to be known of the request that upstream has answered, which may have become another one.
    mutating func adopt(_ context: ReplyContext)

    /// Takes what arrived and appends what is to be sent for it.
    ///
    /// - Throws: when upstream sends what cannot be taken; nothing more is asked of it then.
    mutating func consume(_ piece: RawSpan, into output: inout [UInt8]) throws

    /// Upstream's body has ended. Whether the stream in it did is for the transform to say.
    ///
    /// - Parameter isWhole: whether it ended as a body should, or was cut.
    mutating func bodyHasEnded(isWhole: Bool, into output: inout [UInt8])

    /// Whether there is something that a client can see. Until then an error still gets a status of its own.
    var hasBegun: Bool { get }

    /// How the stream ended, once it has: well, or with an error that upstream reported within it.
    var ending: Result<Void, HTTPError>? { get }

    /// An error that upstream reported before there was anything to see. It may be asked again instead.
    var earlyFailure: HTTPError? { get }

    /// Whether upstream goes on with what nobody needs, now that the stream has ended well.
    var leavesUpstream: Bool { get }

    /// Appends a sign of life to a stream that is silent.
    mutating func writeBeat(into output: inout [UInt8])

    /// Appends what tells the client, in a stream that has begun, that it ends with an error.
    func writeFailure(_ failure: HTTPError, into output: inout [UInt8])

    var usage: Usage? { get }

    /// How many tokens the reply has so far, as far as can be told from its events: a delta is one.
    var outputTokens: Int { get }

    /// How much it keeps, in bytes, of what upstream has sent and not brought to an end.
    var heldByteCount: Int { get }

    /// Appends what follows when all the streams that the client gets as one have come to a good end.
    static func writeEnd(of choices: [Self], into output: inout [UInt8])
}

extension StreamTransform {
    mutating func adopt(_ context: ReplyContext) {}

    var leavesUpstream: Bool { false }

    var heldByteCount: Int { 0 }

    var earlyFailure: HTTPError? {
        guard !hasBegun, case .failure(let failure) = ending else { return nil }
        return failure
    }

    static func writeEnd(of choices: [Self], into output: inout [UInt8]) {}
}

extension RawSpan {
    /// Whether an event of that name adds to the reply, as all those of the Responses API do whose names say so.
    var namesDelta: Bool {
        byteCount > 6 && extracting(last: 6).reads(".delta")
    }
}
