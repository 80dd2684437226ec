internal import CGI
internal import Upstream

/// What upstream says when a stream is opened.
enum OpeningAnswer: Sendable {
    /// What was asked for, one stream for each transform.
    case streams(ResponseHead, [ResponseBody])
    /// A whole reply, although a stream was asked for.
    case whole(ResponseHead, body: [UInt8])
}

/// A stream that upstream is yet to be asked for. It may take long to answer, and the client must hear something before.
///
/// It is opened once, and then holds nothing any more: what is asked may be long, and the stream that is the answer lives
/// for minutes.
final class Opening<Transform: StreamTransform> {
    /// The head to send if upstream takes too long to answer.
    let head: ResponseHead
    private var transforms: [Transform]
    private var ask: (() async throws -> OpeningAnswer)?

    /// - Parameters:
    ///   - transforms: what becomes of each of the streams; at least one.
    ///   - ask: asks upstream.
    init(head: ResponseHead, transforms: [Transform], ask: @escaping () async throws -> OpeningAnswer) {
        self.head = head
        self.transforms = transforms
        self.ask = ask
    }

    /// A stream that is open already.
    convenience init(_ head: ResponseHead, _ body: ResponseBody, through transform: Transform) {
        self.init(head: head, transforms: [transform]) { .streams(head, [body]) }
    }

    /// The transforms; once.
    func takeTransforms() -> [Transform] {
        defer { transforms = [] }
        return transforms
    }

    /// Asks upstream; once.
    func answer() async throws -> OpeningAnswer {
        guard let ask = ask.take() else { preconditionFailure("a stream is opened once") }
        return try await ask()
    }
}
