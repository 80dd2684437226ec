internal import NIOCore
internal import Synchronization

/// Checks whether upstream responds, for `/healthz?upstream=1`: with one request at a time, whose result is valid for some
/// seconds. Any number of health checks therefore costs upstream and its rate limit only a few requests.
final class UpstreamProbe: Sendable {
    private static let validity = TimeAmount.seconds(5)

    private struct State {
        var result: (status: Result<Int, HTTPError>, expires: NIODeadline)?
        var isAsking = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private enum Step {
        case result(Result<Int, HTTPError>)
        case ask
        case wait
    }

    private let state = Mutex(State())

    /// Upstream's status.
    ///
    /// - Parameters:
    ///   - eventLoop: the event loop of the health check's request.
    ///   - ask: sends the request.
    /// - Throws: the error if upstream does not respond.
    func status(on eventLoop: any EventLoop, _ ask: () async throws -> Int) async throws(HTTPError) -> Int {
        while true {
            switch next(now: eventLoop.now) {
            case .result(let status): return try status.get()
            case .ask: return try await run(ask, on: eventLoop)
            case .wait: await wait()
            }
        }
    }

    private func next(now: NIODeadline) -> Step {
        state.withLock { state in
            if let result = state.result, result.expires > now { return .result(result.status) }
            if state.isAsking { return .wait }
            state.isAsking = true
            return .ask
        }
    }

    private func run(_ ask: () async throws -> Int, on eventLoop: any EventLoop) async throws(HTTPError) -> Int {
        let status: Result<Int, HTTPError>
        do { status = .success(try await ask()) } catch { status = .failure(HTTPError(error)) }
        let waiting = state.withLock { state in
            state.isAsking = false
            // The client of this request has disconnected, which says nothing about upstream: the next request asks again.
            if (try? status.get()) != nil || !Task.isCancelled {
                state.result = (status, eventLoop.now + Self.validity)
            }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
        return try status.get()
    }

    private func wait() async {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                if state.isAsking { state.waiting.append(continuation) }
                return state.isAsking
            }
            if !waits { continuation.resume() }
        }
    }
}
