import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server that sends exactly the bytes of a test's script, including invalid ones.
struct TestServer: Sendable {
    let port: Int
    /// The number of connections accepted so far.
    let accepted: Counter
    /// The number of connections that are open.
    let open: Counter

    /// Serves on 127.0.0.1 while `body` runs. `script` runs for each connection, which is closed when the script returns.
    static func run(
        tls: NIOSSLContext? = nil, script: @escaping @Sendable (Peer) async throws -> Void,
        _ body: @Sendable @escaping (TestServer) async throws -> Void
    ) async throws {
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SocketSide())
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    return channel
                }
            }
        guard let port = listener.channel.localAddress?.port else { throw TestFailure("no port") }
        let server = TestServer(port: port, accepted: Counter(), open: Counter())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.accept(from: listener, script) }
            defer { group.cancelAll() }
            try await body(server)
        }
    }

    private func accept(
        from listener: NIOAsyncChannel<any Channel, Never>,
        _ script: @escaping @Sendable (Peer) async throws -> Void
    ) async throws {
        try await listener.executeThenClose { connections in
            await withDiscardingTaskGroup { group in
                do {
                    for try await channel in connections {
                        let number = accepted.increment()
                        open.increment()
                        group.addTask {
                            // A test that cuts a connection makes its script throw; that is not a test failure.
                            try? await Self.serve(channel, number: number, script)
                            open.decrement()
                        }
                    }
                } catch {}
                group.cancelAll()
            }
        }
    }

    private static func serve(
        _ channel: any Channel, number: Int, _ script: @escaping @Sendable (Peer) async throws -> Void
    ) async throws {
        // Wrapped only now: a wrapped connection must be served, and a test may end before all of them are.
        let connection = try await channel.eventLoop.submit {
            try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }.get()
        try await connection.executeThenClose { input, output in
            try await channel.setOption(.autoRead, value: true).get()
            try await script(
                Peer(number: number, channel: channel, input: input.makeAsyncIterator(), output: output))
        }
    }
}

/// The server's end of one connection, for the script. Used by one task.
final class Peer {
    /// Counts from 1, in the order of acceptance.
    let number: Int
    private let channel: any Channel
    private var input: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let output: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var received: [UInt8] = []

    init(
        number: Int, channel: any Channel, input: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        output: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.number = number
        self.channel = channel
        self.input = input
        self.output = output
    }

    /// Receives the next request, head and body; nil when the client has closed its side.
    func request() async throws -> String? {
        guard let head = try await head() else { return nil }
        let field = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length: ") }
        let length = field.flatMap { Int($0.dropFirst(16)) } ?? 0
        while received.count < length {
            guard try await receive() else { return nil }
        }
        defer { received.removeFirst(length) }
        return head + String(decoding: received.prefix(length), as: UTF8.self)
    }

    /// Receives the next request's head, including the empty line; nil when the client has closed its side.
    func head() async throws -> String? {
        let emptyLine = Array("\r\n\r\n".utf8)
        while true {
            if let range = received.firstRange(of: emptyLine) {
                defer { received.removeFirst(range.upperBound) }
                return String(decoding: received[..<range.upperBound], as: UTF8.self)
            }
            guard try await receive() else { return nil }
        }
    }

    /// Returns when the client has closed its side.
    func waitForClose() async {
        while (try? await receive()) == true { received = [] }
    }

    func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    /// Returns when all bytes have been written to the socket.
    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    func respond(_ body: String) async throws {
        try await send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Responds to every request with `body`.
    func serve(_ body: String) async throws {
        while try await request() != nil { try await respond(body) }
    }

    /// Closes the socket without a TLS close_notify.
    func cut() async throws {
        try await channel.eventLoop.submit { [channel] in
            try channel.pipeline.syncOperations.context(handlerType: SocketSide.self).close(promise: nil)
        }.get()
    }

    /// Relays bytes between the client and a server on this machine.
    func relay(toPort port: Int) async throws {
        let upstream = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await upstream.executeThenClose { answers, requests in
            try await withThrowingTaskGroup(of: Void.self) { [output] group in
                group.addTask {
                    for try await bytes in answers { try await output.write(bytes) }
                }
                while let bytes = try await input.next(isolation: #isolation) { try await requests.write(bytes) }
                group.cancelAll()
            }
        }
    }

    private func receive() async throws -> Bool {
        guard let bytes = try await input.next(isolation: #isolation) else { return false }
        received.append(contentsOf: bytes.readableBytesView)
        return true
    }
}

/// Marks the socket's end of the pipeline, below TLS.
private final class SocketSide: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
}

/// A counter that is shared by threads.
final class Counter: Sendable {
    private let number = Mutex(0)
    var value: Int { number.withLock { $0 } }

    @discardableResult
    func increment(by step: Int = 1) -> Int {
        number.withLock { number in
            number += step
            return number
        }
    }

    func decrement() { increment(by: -1) }
}

struct TestFailure: Error {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
