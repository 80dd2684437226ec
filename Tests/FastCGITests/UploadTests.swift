import CGI
import FastCGI
import Synchronization
import Testing

extension ServerTests {
    /// Requests whose handler runs before the whole body has arrived.
    @Suite struct Uploads {
        /// Rejects every request without reading its body.
        private let refuse: Server.Handler = { _, sink, _ in
            await ResponseWriter(sink).respond(ResponseHead(status: 401), body: [])
        }

        @Test func `an unknown caller is rejected before the body has arrived`() async throws {
            try await withServer(handler: refuse) { _, path in
                let request = Record.request("POST", body: pattern(500_000), keep: true)
                for sent in [400, 60_000, 300_000] {
                    let peer = try WebServer(connectingTo: path)
                    peer.send(Array(request[..<sent]))
                    #expect(try peer.readResponse().text.hasPrefix("Status: 401"))
                    peer.leave()
                }
            }
        }

        /// A web server that sends the whole body before it reads would treat a closed connection as a failure.
        @Test func `bytes that a web server sends after the response are discarded`() async throws {
            try await withServer(handler: refuse) { server, path in
                let request = Record.request("POST", body: pattern(5_000_000))
                let peer = try WebServer(connectingTo: path)
                #expect(peer.send(request))
                #expect(try peer.readResponse().text.hasPrefix("Status: 401"))
                #expect(peer.isClosedByServer())
                peer.leave()
                await eventually("nothing is left running") { server.liveRequestCount == 0 }
            }
        }

        @Test func `a connection stays usable after a body that the handler did not read`() async throws {
            try await withServer(handler: refuse) { _, path in
                let peer = try WebServer(connectingTo: path)
                for size in [0, 10, 100_000] {
                    peer.send(Record.request("POST", body: pattern(size), keep: true))
                    #expect(try peer.readResponse().text.hasPrefix("Status: 401"))
                }
            }
        }

        @Test func `a connection stays usable if a request ends just after its response`() async throws {
            try await withServer(handler: refuse) { server, path in
                let peer = try WebServer(connectingTo: path)
                let request = Record.request(keep: true)
                for _ in 0..<3 {
                    peer.send(Array(request.dropLast(8)))
                    await eventually("it runs") { server.liveRequestCount == 1 }
                    peer.send(Array(request.suffix(8)))
                    #expect(try peer.readResponse().text.hasPrefix("Status: 401"))
                }
            }
        }

        @Test func `management records get responses, alone and before a request`() async throws {
            try await withServer(handler: echo) { _, path in
                let peer = try WebServer(connectingTo: path)
                let query = Record.pair("FCGI_MPXS_CONNS", "")
                peer.send(Record.header(9, length: query.count, id: 0) + query)
                let reply = try peer.read(8 + 18)
                #expect(reply == Record.header(10, length: 18, id: 0) + Record.pair("FCGI_MPXS_CONNS", "0"))
                peer.send(Record.request("POST", body: [1, 2, 3]))
                #expect(try peer.readResponse().body == [1, 2, 3])
            }
        }

        @Test func `a client that disconnects or aborts during an upload ends the request`() async throws {
            let failures = Mutex<[BodyError]>([])
            let handler: Server.Handler = { request, _, _ in
                do throws(BodyError) {
                    _ = try await request.body.receive()
                } catch {
                    failures.withLock { $0.append(error) }
                }
            }
            try await withServer(handler: handler) { server, path in
                let request = Record.request("POST", body: pattern(100_000))
                for ending in ["leaves", "aborts"] {
                    let peer = try WebServer(connectingTo: path)
                    peer.send(Array(request[..<65_000]))
                    await eventually("it is being read") { server.liveRequestCount == 1 }
                    if ending == "leaves" {
                        peer.leave()
                    } else {
                        peer.send(Array(request[65_000...].dropLast(8)) + Record.header(Record.abortRequest, length: 0))
                    }
                    await eventually("it ends") { server.liveRequestCount == 0 }
                }
                #expect(failures.withLock { $0 } == [.incomplete, .incomplete])
            }
        }
    }
}
