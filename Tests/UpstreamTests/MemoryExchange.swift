import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import Upstream

/// A client and an upstream in memory, on an event loop whose time the test advances.
struct MemoryExchange {
    let upstream = MemoryUpstream()
    private let client: Client

    init(_ configuration: Client.Configuration = Client.Configuration()) {
        client = upstream.makeClient(configuration)
    }

    /// Sends a request; the value is the response, whose body has not been read.
    func send(
        body: [UInt8] = Array("{}".utf8), until deadline: NIODeadline = .distantFuture
    ) -> LoopTask<Result<Response, UpstreamError>> {
        LoopTask(on: upstream.eventLoop) { [client, upstream] in
            await Self.send(body, until: deadline, client, upstream)
        }
    }

    /// Sends a request and reads the response; the value is its body.
    func exchange(
        body: [UInt8] = Array("{}".utf8), until deadline: NIODeadline = .distantFuture
    ) -> LoopTask<Result<String, UpstreamError>> {
        LoopTask(on: upstream.eventLoop) { [client, upstream] in
            do throws(UpstreamError) {
                let response = try await Self.send(body, until: deadline, client, upstream).get()
                let bytes = try await response.body.collect(upTo: 1 << 20)
                return .success(String(decoding: bytes, as: UTF8.self))
            } catch {
                return .failure(error)
            }
        }
    }

    private static func send(
        _ body: [UInt8], until deadline: NIODeadline, _ client: Client, _ upstream: MemoryUpstream
    ) async -> Result<Response, UpstreamError> {
        let origin = Origin(scheme: .http, host: "127.0.0.1", port: 1)
        let request = Request(method: "POST", origin: origin, path: "/", body: body)
        do throws(UpstreamError) {
            return .success(
                try await client.send(request, on: upstream.eventLoop, until: deadline, usesIdleConnection: true))
        } catch {
            return .failure(error)
        }
    }

    /// Runs a task on the event loop.
    func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> LoopTask<Value> {
        LoopTask(on: upstream.eventLoop, body)
    }

    func advance(by time: TimeAmount) {
        upstream.eventLoop.advanceTime(by: time)
    }

    /// Upstream's latest connection.
    var connection: MemoryConnection {
        get throws { try #require(upstream.connections.last) }
    }

    /// Upstream sends bytes on its latest connection.
    func upstreamSends(_ text: String) throws {
        try upstreamSends(Array(text.utf8))
    }

    func upstreamSends(_ bytes: some Sequence<UInt8>) throws {
        try connection.send(bytes)
        upstream.eventLoop.run()
    }
}

extension LoopTask {
    /// The code of the error with which the task has ended.
    func errorCode<Success>() -> UpstreamError.Code? where Value == Result<Success, UpstreamError> {
        guard case .failure(let error) = value else { return nil }
        return error.code
    }
}
