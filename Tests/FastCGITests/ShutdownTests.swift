import CGI
import FastCGI
import Glibc
import NIOPosix
import Testing

extension ServerTests {
    @Suite struct Shutdown {
        @Test func `running requests finish while idle connections and the listener are closed`() async throws {
            let (started, go) = (Flag(), Flag())
            let handler: Server.Handler = { request, sink, _ in
                if request.query == "wait" {
                    started.raise()
                    await go.wait()
                }
                await ResponseWriter(sink).respond(ResponseHead(status: 200), body: [UInt8]("done".utf8))
            }
            try await withServer(handler: handler) { server, path in
                let idle = try WebServer(connectingTo: path)
                idle.send(Record.request(keep: true))
                _ = try idle.readResponse()
                let running = try WebServer(connectingTo: path)
                running.send(Record.request(parameters: ["QUERY_STRING": "wait"], keep: true))
                await eventually("the handler runs") { started.isRaised }

                async let end: Void = server.shutdown(grace: .seconds(60))
                #expect(idle.isClosedByServer())
                await eventually("connections are refused") { (try? WebServer(connectingTo: path)) == nil }
                #expect(server.liveRequestCount == 1)
                go.raise()
                #expect(try running.readResponse().body.elementsEqual("done".utf8))
                #expect(running.isClosedByServer())
                await end
            }
        }

        /// A web server connects in order to send a request, which used to be lost if the shutdown came in between.
        @Test func `a request on a connection that was just accepted is served`() async throws {
            try await withServer(handler: echo) { server, path in
                let peers = try (0..<20).map { _ in try WebServer(connectingTo: path) }
                // Connections are accepted in order, so the last one's response shows that all have been accepted.
                let last = try WebServer(connectingTo: path)
                last.send(Record.request("POST", body: [0]))
                _ = try last.readResponse()
                async let end: Void = server.shutdown(grace: .seconds(60))
                await eventually("connections are refused") { (try? WebServer(connectingTo: path)) == nil }
                for (number, peer) in peers.enumerated() {
                    peer.send(Record.request("POST", body: [UInt8(number)], keep: true))
                    #expect(try peer.readResponse().body == [UInt8(number)])
                    #expect(peer.isClosedByServer())
                }
                await end
            }
        }

        @Test func `a request on a connection that has just been used is served`() async throws {
            try await withServer(handler: echo) { server, path in
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request("POST", body: [1], keep: true))
                #expect(try peer.readResponse().body == [1])
                async let end: Void = server.shutdown(grace: .seconds(60))
                await eventually("connections are refused") { (try? WebServer(connectingTo: path)) == nil }
                peer.send(Record.request("POST", body: [2], keep: true))
                #expect(try peer.readResponse().body == [2])
                #expect(peer.isClosedByServer())
                await end
            }
        }

        /// nginx reuses a connection after END_REQUEST unless unread bytes follow; that next request used to be lost.
        @Test(arguments: [("nginx/1.22.1", 16), ("Apache/2.4.62", 0), ("", 0)])
        func `nginx does not reuse a connection about to be closed`(software: String, surplus: Int) async throws {
            let (started, go) = (Flag(), Flag())
            let handler: Server.Handler = { _, sink, _ in
                started.raise()
                await go.wait()
                await ResponseWriter(sink).respond(ResponseHead(status: 200), body: pattern(20_000))
            }
            try await withServer(handler: handler) { server, path in
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request(parameters: ["SERVER_SOFTWARE": software], keep: true))
                await eventually("the handler runs") { started.isRaised }
                async let end: Void = server.shutdown(grace: .seconds(60))
                await eventually("connections are refused") { (try? WebServer(connectingTo: path)) == nil }
                go.raise()
                #expect(try peer.readResponse().body.elementsEqual(pattern(20_000)))
                #expect(peer.takeReceived().count == surplus)
                #expect(peer.isClosedByServer())
                await end
            }
        }

        @Test func `a request that outlives the grace period is cancelled and can still respond`() async throws {
            let started = Flag()
            let handler: Server.Handler = { _, sink, _ in
                started.raise()
                try? await Task.sleep(for: .seconds(60))
                sink.write([UInt8]("cancelled: \(Task.isCancelled)".utf8))
            }
            try await withServer(handler: handler) { server, path in
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request())
                await eventually("the handler runs") { started.isRaised }
                async let end: Void = server.shutdown(grace: .seconds(60))
                await server.shutdown(grace: .milliseconds(10))
                #expect(try peer.readResponse().text == "cancelled: true")
                await end
            }
        }

        @Test func `a request that is still arriving when the grace period ends is rejected`() async throws {
            try await withServer(handler: echo) { server, path in
                let peer = try WebServer(connectingTo: path)
                peer.send(Array(Record.request("POST", body: pattern(100)).dropLast(50)))
                await eventually("it is being read") { server.liveRequestCount == 1 }
                await server.shutdown(grace: .zero)
                #expect(try peer.readResponse().text.hasSuffix("too slow"))
            }
        }

        @Test func `servers leave no open descriptors after shutdown`() async throws {
            func openDescriptors() -> Int {
                (0..<4096).count { fcntl($0, F_GETFD) >= 0 }
            }
            let (base, servers) = (openDescriptors(), 100)
            for _ in 0..<servers {
                try await withServer(handler: echo) { _, path in
                    let peer = try WebServer(connectingTo: path)
                    peer.send(Record.request(keep: true))
                    _ = try peer.readResponse()
                }
            }
            // Each server has an epoll and an eventfd descriptor. Other tests in this process open and close descriptors
            // at the same time.
            await eventually("they are closed") { openDescriptors() < base + servers }
        }

        @Test func `a listening socket shared with other processes keeps listening`() async throws {
            let path = "/tmp/fastcgi-test-shared-\(getpid()).sock"
            let descriptor = try bindSocket(to: path)
            listen(descriptor, 8)
            defer {
                close(descriptor)
                unlink(path)
            }
            let server = Server(
                listener: try Listener(inherited: dup(descriptor)),
                eventLoops: MultiThreadedEventLoopGroup.singleton, handler: echo)
            try server.start()
            let peer = try WebServer(connectingTo: path)
            peer.send(Record.request("POST", body: [1]))
            #expect(try peer.readResponse().body == [1])
            await server.shutdown(grace: .zero)
            #expect(throws: Never.self) { try WebServer(connectingTo: path) }
        }

        @Test func `a server that never started closes its listener`() async throws {
            let path = "/tmp/fastcgi-test-unstarted-\(getpid()).sock"
            let server = Server(
                listener: try Listener.open("unix:\(path)"), eventLoops: MultiThreadedEventLoopGroup.singleton,
                handler: echo)
            await server.shutdown(grace: .zero)
            #expect(throws: WebServer.Failure.self) { try WebServer(connectingTo: path) }
        }
    }
}
