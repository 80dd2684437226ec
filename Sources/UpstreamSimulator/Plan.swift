/// What a request asks the simulator to do with it, beyond a plain reply.
///
/// It is said in words, `status=429 retry-after=2`, by the header `x-simulate` or, since a proxy does not pass on its
/// client's headers, by a directive in the text that is asked: `[simulate status=429 retry-after=2] Hello`. Where both are
/// there, the header's words come on top.
struct Plan: Sendable, Equatable {
    /// What is done instead of a reply.
    enum Refusal: Sendable {
        /// Never answer.
        case hang
        /// Close the connection before any byte.
        case cutHead
        /// Answer with what is not HTTP, then close.
        case garbage
    }

    /// Where a reply stops before its end.
    enum Stop: Sendable, Equatable {
        /// Close the connection after that many events.
        case cut(after: Int)
        /// Say nothing more after that many events, and leave the connection open.
        case stall(after: Int)
        /// Leave out the event that says the reply is complete.
        case beforeTerminal
    }

    /// `hang`, `cut-head`, `garbage`.
    var refusal: Refusal?
    /// `cut=N`, `stall=N`, `no-terminal`; of a whole reply, N counts pieces of 64 bytes.
    var stop: Stop?
    /// `status=N`: that status with an error as the body.
    var status: Int?
    /// `retry-after=SECONDS`: the header of that name.
    var retryAfter: Int?
    /// `limits=N`: N more headers about rate limits, of 200 bytes each.
    var limitHeaders = 0
    /// `html`: a page as the body, with status 200 unless another is asked for.
    var isHTML = false
    /// `error-event`: the stream fails half-way. Has no effect on whole replies and recordings.
    var hasErrorEvent = false
    /// `delay=MS`: the time before the head.
    var delay = 0
    /// `pace=MS`: the time between events.
    var pace: Int?
    /// `deltas=N`: how many text deltas the reply has.
    var deltas: Int?
    /// `size=BYTES`: the length of the reply's text.
    var size: Int?
    /// `text=…`: the reply's text, all that follows up to the bracket that closes the directive; so it stands last.
    var text: String?
    /// `play=NN`: the recorded exchange whose name starts so.
    var play: String?
    /// `call=NAME`: a call of that tool as the reply, with `text` as its arguments. A model that reasons thinks before it.
    var call: String?
    /// `refuse=PARAM`: a request that has that parameter, a path such as `text.verbosity`, is told that it is not supported.
    var refused: String?
    /// `missing=NAME,NAME`: these models are not there, so that a request which names one is told so, while the same words
    /// to another model are answered.
    var missing: Set<String> = []
    /// `unseal-fails`: reasoning that is given back cannot be read any more.
    var unsealFails = false
    /// `times=N`: only the first N requests with the very same words are treated so, the others as if nothing were said.
    var times: Int?
}
