import CGI
import FastCGI
import Glibc
import NIOPosix
import Synchronization
import Testing

/// All tests with sockets. Serialized, because some of them open hundreds of connections.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ServerTests {}

/// Runs a server on its own unix socket while `body` runs, then checks that no request, socket or file is left.
func withServer(
    limits: Server.Limits = .init(), handler: @escaping Server.Handler,
    _ body: (Server, _ path: String) async throws -> Void
) async throws {
    let path = "/tmp/fastcgi-test-\(getpid())-\(serial.add(1, ordering: .relaxed).newValue).sock"
    let server = Server(
        listener: try Listener.open("unix:\(path)"), limits: limits, eventLoops: MultiThreadedEventLoopGroup.singleton,
        handler: handler)
    try server.start()
    do {
        try await body(server, path)
    } catch {
        await server.shutdown(grace: .zero)
        throw error
    }
    await server.shutdown(grace: .zero)
    #expect(server.liveRequestCount == 0)
    #expect(access(path, F_OK) != 0, "the socket's file is removed")
    await eventually("all sockets are closed") { serverSockets(path) == 0 }
}

private let serial = Atomic(0)

/// The number of server-side sockets at the path, in all processes: the listener and its connections.
func serverSockets(_ path: String) -> Int {
    guard let file = fopen("/proc/net/unix", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    var count = 0
    while fgets(&line, Int32(line.count), file) != nil {
        if strstr(line, path) != nil { count += 1 }
    }
    return count
}

/// Creates a unix socket that is bound to the path and does not listen.
func bindSocket(to path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard WebServer.call(bind, descriptor, path: path) == 0 else {
        throw WebServer.Failure(description: "bind: \(String(cString: strerror(errno)))")
    }
    return descriptor
}

/// Waits up to about ten seconds for the condition; records an issue if it does not become true.
func eventually(
    _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ holds: () -> Bool
) async {
    for _ in 0..<5000 {
        if holds() { return }
        try? await Task.sleep(for: .milliseconds(2))
    }
    Issue.record(what, sourceLocation: sourceLocation)
}

/// Responds with the request's body, or with the name of the error.
let echo: Server.Handler = { request, sink, _ in
    do throws(BodyError) {
        let body = try await request.body.receive()
        await ResponseWriter(sink).respond(ResponseHead(status: 200), body: body.bytes)
        withExtendedLifetime(body.memory) {}
    } catch {
        let name =
            switch error {
            case .tooLarge(let limit): "too large for \(limit)"
            case .incomplete: "incomplete"
            case .tooSlow: "too slow"
            case .noDescriptor: "no descriptor"
            case .noMemory: "no memory"
            }
        await ResponseWriter(sink).respond(ResponseHead(status: 400), body: Array(name.utf8))
    }
}

/// A flag that is raised once. Tests and handlers wait for it.
final class Flag: Sendable {
    private struct State {
        var isRaised = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var isRaised: Bool { state.withLock { $0.isRaised } }

    func raise() {
        let waiting = state.withLock { state in
            state.isRaised = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until the flag is raised, even if the task is cancelled.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isRaised = state.withLock { state in
                if !state.isRaised { state.waiting.append(continuation) }
                return state.isRaised
            }
            if isRaised { continuation.resume() }
        }
    }
}

func pattern(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        for index in 0..<count { buffer[index] = UInt8(truncatingIfNeeded: index &* 31 &+ index >> 8) }
        initialized = count
    }
}
