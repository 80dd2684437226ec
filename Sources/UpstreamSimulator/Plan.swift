/// The behaviour that a request asks of the simulator, other than a plain response.
///
/// It is given as words, `status=429 retry-after=2`, in the header `x-simulate` or, because a proxy does not forward its
/// client's headers, as a directive in the prompt: `[simulate status=429 retry-after=2] Hello`. If both exist, the header's
/// words are added to the directive's.
struct Plan: Sendable, Equatable {
    /// The action in place of a response.
    enum Refusal: Sendable {
        /// Never respond.
        case hang
        /// Close the connection before any byte.
        case cutHead
        /// Send data that is not HTTP, then close the connection.
        case garbage
    }

    /// Where a response stops before its end.
    enum Stop: Sendable, Equatable {
        /// Close the connection after this number of events.
        case cut(after: Int)
        /// Send nothing more after this number of events, and leave the connection open.
        case stall(after: Int)
        /// Leave out the terminal event.
        case beforeTerminal
    }

    /// `hang`, `cut-head`, `garbage`.
    var refusal: Refusal?
    /// `cut=N`, `stall=N`, `no-terminal`; in a whole response, N counts pieces of 64 bytes.
    var stop: Stop?
    /// `status=N`: this status, with an error as the body.
    var status: Int?
    /// `retry-after=SECONDS`: the header of the same name.
    var retryAfter: Int?
    /// `limits=N`: N more rate limit headers of 200 bytes each.
    var limitHeaders = 0
    /// `html`: an HTML page as the body, with status 200 unless `status` is given.
    var isHTML = false
    /// `error-event`: the stream fails half-way. Has no effect on whole responses and recordings.
    var hasErrorEvent = false
    /// `delay=MS`: the time before the response head.
    var delay = 0
    /// `pace=MS`: the time between events.
    var pace: Int?
    /// `deltas=N`: the number of text deltas in the response.
    var deltas: Int?
    /// `size=BYTES`: the length of the response's text.
    var size: Int?
    /// `text=…`: the response's text, up to the bracket that closes the directive, so it must be last.
    var text: String?
    /// `play=NN`: the recorded exchange whose name has this prefix.
    var play: String?
    /// `call=NAME`: respond with a call of this tool, with `text` as its arguments. If the model reasons, reasoning comes
    /// first.
    var call: String?
    /// `refuse=PARAM`: reject requests that have this parameter, a path such as `text.verbosity`, as unsupported.
    var refused: String?
    /// `missing=NAME,NAME`: these models do not exist. Requests that name one get an error; the same prompt to another model
    /// gets a response.
    var missing: Set<String> = []
    /// `unseal-fails`: encrypted reasoning in the request cannot be decrypted.
    var unsealFails = false
    /// `times=N`: apply the plan only to the first N requests with exactly the same words; later ones get a plain response.
    var times: Int?
}
