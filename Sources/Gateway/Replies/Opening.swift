internal import CGI
internal import Upstream

/// A stream that upstream is yet to be asked for. It may take long to answer, and the client must hear something before.
struct Opening<Transform: StreamTransform> {
    enum Answer {
        /// What was asked for, one stream for each transform.
        case streams(ResponseHead, [ResponseBody])
        /// A whole reply, although a stream was asked for.
        case whole(ResponseHead, body: [UInt8])
    }

    /// The head to send if upstream takes too long to answer.
    let head: ResponseHead
    /// What becomes of each of the streams; at least one.
    let transforms: [Transform]
    /// Asks upstream.
    let ask: () async throws -> Answer
    /// Whether to ask once more, because the stream has failed before there was anything to see of it.
    let asksAgain: (Failure) -> Bool

    init(
        head: ResponseHead, transforms: [Transform], asksAgain: @escaping (Failure) -> Bool = { _ in false },
        ask: @escaping () async throws -> Answer
    ) {
        self.head = head
        self.transforms = transforms
        self.asksAgain = asksAgain
        self.ask = ask
    }

    /// A stream that is open already.
    init(_ head: ResponseHead, _ body: ResponseBody, through transform: Transform) {
        self.init(head: head, transforms: [transform]) { .streams(head, [body]) }
    }
}
