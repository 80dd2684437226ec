internal import CGI
internal import Translation
internal import Upstream

/// What upstream says when a stream is opened.
enum OpeningAnswer: Sendable {
    /// What was asked for, one stream for each transform.
    ///
    /// - Parameter contexts: those of the requests that were answered; empty where they are not used.
    case streams(ResponseHead, [ResponseBody], contexts: [ReplyContext] = [])
    /// A whole reply, although a stream was asked for.
    case whole(ResponseHead, body: [UInt8])
}

/// A stream that upstream is yet to be asked for. It may take long to answer, and the client must hear something before.
///
/// Once the stream has begun it holds nothing any more: what is asked may be long, and the stream that is the answer lives
/// for minutes.
final class Opening<Transform: StreamTransform> {
    /// The head to send if upstream takes too long to answer.
    let head: ResponseHead
    private(set) var transforms: [Transform]
    private var ask: (() async throws -> OpeningAnswer)?
    /// Whether to ask once more, because the stream has failed before there was anything to see of it.
    let asksAgain: (Failure) -> Bool

    /// - Parameters:
    ///   - transforms: what becomes of each of the streams; at least one.
    ///   - asksAgain: see the property.
    ///   - ask: asks upstream.
    init(
        head: ResponseHead, transforms: [Transform], asksAgain: @escaping (Failure) -> Bool = { _ in false },
        ask: @escaping () async throws -> OpeningAnswer
    ) {
        self.head = head
        self.transforms = transforms
        self.asksAgain = asksAgain
        self.ask = ask
    }

    /// A stream that is open already.
    convenience init(_ head: ResponseHead, _ body: ResponseBody, through transform: Transform) {
        self.init(head: head, transforms: [transform]) { .streams(head, [body]) }
    }

    /// Asks upstream; again, if need be, until ``settle()``.
    func answer() async throws -> OpeningAnswer {
        guard let ask else { preconditionFailure("a stream that has begun is not opened again") }
        return try await ask()
    }

    /// Lets go of everything: the stream has begun.
    func settle() {
        transforms = []
        ask = nil
    }
}
