internal import NIOCore
internal import Upstream

/// One upstream stream with its transform: one choice of the response. Used on one event loop only.
///
/// `@unchecked Sendable`: see ``ResponseSession``.
final class ChoiceStream<Transform: StreamTransform>: @unchecked Sendable {
    /// How long upstream may take to end its body after the stream's last event. Then the connection is closed.
    private static var lingering: TimeAmount { .seconds(1) }

    let body: ResponseBody
    var transform: Transform
    private var refusal: HTTPError?
    private var giveUp: Scheduled<Void>?

    init(_ body: ResponseBody, through transform: Transform) {
        self.body = body
        self.transform = transform
    }

    /// Reads the stream to its end.
    ///
    /// - Parameters:
    ///   - consume: gets each piece, and passes it to ``consume(_:into:on:)``.
    ///   - pausing: as in `ResponseBody.forEach`.
    /// - Returns: the error that cut off the body; nil if the body is complete.
    func read(
        consume: @escaping (RawSpan) -> Void, pausing: @escaping () -> ResponseBody.Demand
    ) async -> HTTPError? {
        body.liftTotalTimeout()
        defer { giveUp?.cancel() }
        do throws(UpstreamError) {
            try await body.forEach(consume, pausing: pausing)
            return nil
        } catch {
            return failure(after: error)
        }
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private func failure(after error: UpstreamError) -> HTTPError {
        refusal ?? HTTPError(error)
    }

    /// Handles the end of the body and appends the resulting output.
    ///
    /// - Parameter failure: the error that cut off the body, from ``read(consume:pausing:)``.
    /// - Returns: the stream's error; nil after a success.
    func end(_ failure: HTTPError?, into output: inout [UInt8]) -> HTTPError? {
        transform.bodyHasEnded(isWhole: failure == nil, into: &output)
        // The stream's own terminal event takes precedence over how its connection ended.
        switch transform.ending {
        case .success: return nil
        case .failure(let reported): return reported
        case nil: return failure
        }
    }

    /// Handles a piece of the body and appends the resulting output.
    func consume(_ piece: RawSpan, into output: inout [UInt8], on eventLoop: any EventLoop) {
        do {
            try transform.consume(piece, into: &output)
        } catch {
            refusal = HTTPError(
                status: 502, reason: "upstream_oversized", message: "Upstream sent an event that is too large.",
                code: "upstream_oversized")
            return body.cancel()
        }
        switch transform.ending {
        case nil: break
        case .failure where !transform.hasBegun || !transform.hasToldFailure: body.cancel()
        case .success where transform.leavesUpstream: body.cancel()
        case .success, .failure:
            guard giveUp == nil else { break }
            giveUp = eventLoop.assumeIsolated().scheduleTask(in: Self.lingering) { [body] in body.cancel() }
        }
    }
}
