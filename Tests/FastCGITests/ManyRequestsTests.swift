import CGI
import FastCGI
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

extension ServerTests {
    @Suite struct ManyRequests {
        @Test func `two hundred requests are handled concurrently`() async throws {
            let go = Flag()
            let handler: Server.Handler = { request, sink, eventLoop in
                await go.wait()
                await echo(request, sink, eventLoop)
            }
            try await withServer(handler: handler) { server, path in
                let peers = try (0..<200).map { _ in try WebServer(connectingTo: path) }
                for (index, peer) in peers.enumerated() {
                    peer.send(Record.request("POST", body: pattern(index * 100), keep: index % 2 == 0))
                }
                await eventually("all are running") { server.liveRequestCount == 200 }
                go.raise()
                for (index, peer) in peers.enumerated() {
                    #expect(try peer.readResponse().body.elementsEqual(pattern(index * 100)))
                }
            }
        }

        @Test(arguments: [6, 200])
        func `slow uploads do not delay a request that has arrived`(slow: Int) async throws {
            try await withServer(handler: echo) { server, path in
                let request = Record.request("POST", body: pattern(100_000))
                let uploads = try (0..<slow).map { _ in try WebServer(connectingTo: path) }
                for upload in uploads { upload.send(Array(request[..<50_000])) }
                await eventually("all have begun") { server.liveRequestCount == slow }
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request("POST", body: [1]))
                #expect(try peer.readResponse().body == [1])
                for upload in uploads {
                    upload.send(Array(request[50_000...]))
                    #expect(try upload.readResponse().body.elementsEqual(pattern(100_000)))
                }
            }
        }

        @Test func `requests are distributed evenly over the event loops`() async throws {
            let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 4)
            let counts = Mutex<[ObjectIdentifier: Int]>([:])
            let (path, go) = ("/tmp/fastcgi-test-loops-\(getpid()).sock", Flag())
            let server = Server(listener: try Listener.open("unix:\(path)"), eventLoops: eventLoops) {
                _, sink, eventLoop in
                counts.withLock { $0[ObjectIdentifier(eventLoop), default: 0] += 1 }
                await go.wait()
                sink.write([1])
            }
            try server.start()
            let peers = try (0..<100).map { _ in try WebServer(connectingTo: path) }
            for peer in peers { peer.send(Record.request()) }
            await eventually("all are running") { counts.withLock { $0.values.reduce(0, +) } == 100 }
            // A connection whose request arrives late is assigned twice, which shifts the others by one.
            let shares = counts.withLock { Array($0.values) }
            #expect(shares.count == 4 && shares.allSatisfy { (20...30).contains($0) }, "\(shares)")
            go.raise()
            for peer in peers { #expect(try peer.readResponse().output == [1]) }
            await server.shutdown(grace: .zero)
            try await eventLoops.shutdownGracefully()
        }

        /// The kernel always wakes the process that has waited longest, so that one process used to get all streams.
        @Test(arguments: [2, 4])
        func `processes that share a socket share the streams`(processes: Int) async throws {
            let path = "/tmp/fastcgi-test-processes-\(getpid()).sock"
            let descriptor = try bindSocket(to: path)
            listen(descriptor, 512)
            defer {
                close(descriptor)
                unlink(path)
            }
            let go = Flag()
            let servers = try (0..<processes).map { _ in
                let listener = try Listener(inherited: dup(descriptor))
                return Server(listener: listener, eventLoops: MultiThreadedEventLoopGroup.singleton) { _, sink, _ in
                    await go.wait()
                    sink.write([1])
                }
            }
            for server in servers { try server.start() }
            let count = 200
            var peers: [WebServer] = []
            for number in 1...count {
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request())
                peers.append(peer)
                await eventually("it runs") { servers.reduce(0) { $0 + $1.liveRequestCount } == number }
            }
            let shares = servers.map { Double($0.liveRequestCount) * Double(processes) / Double(count) }
            #expect(shares.allSatisfy { (0.8...1.2).contains($0) }, "\(shares)")
            go.raise()
            for peer in peers { #expect(try peer.readResponse().output == [1]) }
            for server in servers { await server.shutdown(grace: .zero) }
        }

        @Test func `a handler stays on one event loop`() async throws {
            let handler: Server.Handler = { _, sink, _ in
                // The sink traps when it is called from a thread other than its event loop's.
                for round in 0..<20 {
                    sink.write([UInt8(round)])
                    sink.flush()
                    await Task.yield()
                    try? await Task.sleep(for: .microseconds(100))
                }
            }
            try await withServer(handler: handler) { _, path in
                let peers = try (0..<20).map { _ in try WebServer(connectingTo: path) }
                for peer in peers { peer.send(Record.request()) }
                for peer in peers { #expect(try peer.readResponse().output == Array(0..<20)) }
            }
        }
    }
}
