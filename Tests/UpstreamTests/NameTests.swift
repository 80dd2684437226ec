import EventLoops
import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import Upstream

/// Requests whose origin is a host name.
@Suite(.timeLimit(.minutes(1)))
struct NameTests {
    private let names = HangingNames()

    @Test func `a slow lookup ends at the connect timeout, and a later request uses its answer`()
        async throws
    {
        let resolver = NameResolver(lookUp: names.lookUp)
        let configuration = Client.Configuration(connectTimeout: .milliseconds(100))
        try await TestServer.run(script: { try await $0.serve("x") }) { server in
            try await withClient(configuration, port: server.port, host: "slow.test", names: resolver) { client in
                for _ in 1...3 {
                    let error = await failure(of: { try await client.exchange() })
                    #expect(error?.code == .connectTimeout)
                    #expect(error?.requestWasSent == false)
                    #expect(error?.reason.contains("lookup") == true)
                }
                #expect(names.begun.count == 1)
                names.set("slow.test", .success([try SocketAddress(ipAddress: "127.0.0.1", port: server.port)]))
                #expect(await eventually { names.running == 0 })
                let answer = try await client.exchange()
                #expect(answer == "200 x")
            }
        }
    }

    @Test func `cancelling the task ends the wait for a name at once`() async throws {
        let resolver = NameResolver(lookUp: names.lookUp)
        try await withClient(port: 80, host: "slow.test", names: resolver) { client in
            let task = Task(executorPreference: EventLoopTaskExecutor(client.eventLoop)) {
                await failure(of: { try await client.exchange() })
            }
            #expect(await eventually { names.running == 1 })
            task.cancel()
            #expect(await task.value?.code == .cancelled)
        }
        names.set("slow.test", .failure(LookupFailure("over")))
    }

    @Test func `a lookup that fails for lack of descriptors is reported as such`() async throws {
        let failure = LookupFailure(status: EAI_SYSTEM, systemError: EMFILE)
        try await withClient(port: 80, host: "name.test", names: NameResolver(lookUp: { _ in .failure(failure) })) {
            let client = $0
            #expect(await UpstreamTests.failure(of: { try await client.exchange() })?.code == .noDescriptor)
        }
    }

    @Test func `an address that does not respond delays only the first connection`() async throws {
        try await TestServer.run(script: { try await $0.serve("x") }) { server in
            let silent = try SilentListener(SocketAddress(ipAddress: "127.0.0.2", port: server.port))
            let good = try SocketAddress(ipAddress: "127.0.0.1", port: server.port)
            let resolver = NameResolver(lookUp: { _ in .success([silent.address, good]) })
            try await withClient(port: server.port, host: "two.test", names: resolver) { client in
                let answer = try await client.exchange()
                #expect(answer == "200 x")
                let order = Order()
                let peer = HostAndPort(host: "two.test", port: server.port)
                _ = resolver.find(peer, on: client.eventLoop) { order.addresses = try? $0.get() }
                #expect(order.addresses == [good, silent.address])
            }
        }
    }

    /// Used on one event loop.
    private final class Order {
        var addresses: [SocketAddress]?
    }
}

/// A listener with a full accept queue: the kernel does not respond to connection attempts.
private final class SilentListener: Sendable {
    let address: SocketAddress
    private let descriptors: [Int32]

    init(_ address: SocketAddress) throws {
        self.address = address
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let isListening = address.withSockAddr { bind(listener, $0, socklen_t($1)) == 0 && listen(listener, 0) == 0 }
        // A queue of length 0 still accepts one connection.
        let waiting = (1...3).map { _ in socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0) }
        for client in waiting {
            _ = address.withSockAddr { connect(client, $0, socklen_t($1)) }
        }
        descriptors = [listener] + waiting
        if !isListening { throw TestFailure("no listener") }
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }
}
