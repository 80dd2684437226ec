internal import CGI
internal import Translation
internal import Upstream

/// What becomes of upstream's responses: the form of one of the APIs that clients speak.
protocol ResponseForm: Sendable {
    associatedtype Transform: StreamTransform

    /// Whether the response waits for upstream's, and is a stream if upstream's is one. Otherwise the client's request decides,
    /// and the head of a stream does not wait for upstream longer than the head delay.
    var followsUpstream: Bool { get }

    /// One for each of the requests.
    func transforms(for requests: [TranslatedRequest], _ context: RequestContext) -> [Transform]

    /// The whole response. Also notes its usage.
    func whole(
        _ responses: [UpstreamResponse], _ context: RequestContext
    ) async throws -> (head: ResponseHead, body: [UInt8])

    /// What the client gets to know of an error of upstream's.
    func error(_ error: any Error) -> any Error
}

extension ResponseForm {
    var followsUpstream: Bool { false }

    func error(_ error: any Error) -> any Error { error }
}
