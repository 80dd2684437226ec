internal import CGI
internal import Translation
internal import Upstream

/// How upstream's responses are converted into the format of one of the APIs that clients use.
protocol ResponseForm: Sendable {
    associatedtype Transform: StreamTransform

    /// Whether the response waits for upstream's response, and is a stream if upstream's is a stream. Otherwise the
    /// client's request decides, and the head of a stream waits no longer than the head delay.
    var followsUpstream: Bool { get }

    /// One transform for each request.
    func transforms(for requests: [TranslatedRequest], _ context: RequestContext) -> [Transform]

    /// The whole response. Also records its usage.
    func whole(
        _ responses: [UpstreamResponse], _ context: RequestContext
    ) async throws -> (head: ResponseHead, body: [UInt8])

    /// The error that the client gets for an upstream error.
    func error(_ error: any Error) -> any Error
}

extension ResponseForm {
    var followsUpstream: Bool { false }

    func error(_ error: any Error) -> any Error { error }
}
