import EventLoops
import NIOCore
import NIOPosix
import Testing

@testable import Upstream

/// A client, and the event loop on which the test uses it.
struct TestClient: Sendable {
    let client: Client
    let eventLoop: any EventLoop
    let port: Int
    var scheme = Origin.Scheme.http
    var host = "127.0.0.1"

    var origin: Origin { Origin(scheme: scheme, host: host, port: port) }

    func send(
        _ path: String = "/", method: String = "POST", headers: [(name: String, value: String)] = [],
        body: [UInt8] = Array("{}".utf8)
    ) async throws -> Response {
        let request = Request(method: method, origin: origin, path: path, headers: headers, body: body)
        do {
            return try await client.send(request, on: eventLoop, usesIdleConnection: true)
        } catch  where error.connectionWasStale {
            return try await client.send(request, on: eventLoop, usesIdleConnection: false)
        }
    }

    /// Waits until the event loop has handled everything that its sockets have received so far.
    func handleArrivals() async throws {
        try await eventLoop.submit {}.get()
    }

    /// Sends a request and returns the status and the whole body of the response.
    func exchange(
        _ path: String = "/", method: String = "POST", body: [UInt8] = Array("{}".utf8)
    ) async throws -> String {
        let response = try await send(path, method: method, body: body)
        return "\(response.status) \(try await response.body.text())"
    }
}

extension ResponseBody {
    func text() async throws -> String {
        String(decoding: try await collect(upTo: 1 << 26), as: UTF8.self)
    }
}

/// Runs `body` on an event loop with its own client. At the end the pool must have closed all connections.
func withClient(
    _ configuration: Client.Configuration = Client.Configuration(), port: Int,
    scheme: Origin.Scheme = .http, host: String = "127.0.0.1", names: NameResolver = NameResolver(),
    _ body: @Sendable @escaping (TestClient) async throws -> Void
) async throws {
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let client = Client(configuration: configuration, eventLoopGroup: eventLoop, names: names)
    let result: Result<Void, any Error> = await withTaskExecutorPreference(EventLoopTaskExecutor(eventLoop)) {
        do {
            return .success(
                try await body(
                    TestClient(client: client, eventLoop: eventLoop, port: port, scheme: scheme, host: host)))
        } catch {
            return .failure(error)
        }
    }
    await client.shutdown()
    return try result.get()
}

/// Runs a server with a script, and a client of that server.
func exchange(
    _ configuration: Client.Configuration = Client.Configuration(),
    with script: @escaping @Sendable (Peer) async throws -> Void,
    _ body: @Sendable @escaping (TestClient, TestServer) async throws -> Void
) async throws {
    try await TestServer.run(script: script) { server in
        try await withClient(configuration, port: server.port) { try await body($0, server) }
    }
}

/// The error that `body` throws; records an issue if it throws none.
func failure(of body: () async throws -> some Any) async -> UpstreamError? {
    do {
        _ = try await body()
        Issue.record("no error")
        return nil
    } catch {
        if !(error is UpstreamError) { Issue.record("\(error)") }
        return error as? UpstreamError
    }
}

/// Waits up to about five seconds until another thread has made the condition true.
func eventually(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<1000 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return condition()
}
