import CGI
import FastCGI
import Synchronization
import Testing

extension ServerTests {
    @Suite struct KeptConnections {
        @Test(arguments: [false, true])
        func `a kept connection serves several requests`(byteByByte: Bool) async throws {
            try await withServer(handler: echo) { server, path in
                let peer = try WebServer(connectingTo: path)
                for round in 0..<100 {
                    let body = pattern(round * 7)
                    let request = Record.request("POST", body: body, keep: true)
                    if byteByByte { peer.sendByteByByte(request) } else { peer.send(request) }
                    #expect(try peer.readResponse().body.elementsEqual(body))
                }
                await eventually("nothing is left running") { server.liveRequestCount == 0 }
            }
        }

        @Test func `idle connections do not delay other requests`() async throws {
            try await withServer(handler: echo) { _, path in
                let idle = try (0..<64).map { _ in try WebServer(connectingTo: path) }
                for peer in idle[..<32] {
                    peer.send(Record.request(keep: true))
                    _ = try peer.readResponse()
                }
                let other = try WebServer(connectingTo: path)
                other.send(Record.request("POST", body: [7]))
                #expect(try other.readResponse().body == [7])
                for peer in idle {
                    peer.send(Record.request("POST", body: [8], keep: true))
                    #expect(try peer.readResponse().body == [8])
                }
            }
        }

        @Test func `idle connections that the web server closes are closed by the server too`() async throws {
            try await withServer(handler: echo) { _, path in
                for _ in 0..<20 {
                    let peer = try WebServer(connectingTo: path)
                    peer.send(Record.request(keep: true))
                    _ = try peer.readResponse()
                }
                await eventually("only the listener is left") { serverSockets(path) == 1 }
            }
        }

        /// The body forges further requests; a server that read it as records would respond to them.
        @Test(arguments: ["whole", "too large", "longer than announced"])
        func `records inside a body are treated as body bytes`(how: String) async throws {
            let seen = Atomic(0)
            let handler: Server.Handler = { request, sink, _ in
                if request.parameters["REMOTE_USER"] == nil { seen.add(1, ordering: .relaxed) }
                _ = try? await request.body.receive()
                await ResponseWriter(sink).respond(ResponseHead(status: 200), body: [])
            }
            var limits = Server.Limits()
            limits.maxBody = how == "too large" ? 1000 : 100_000
            try await withServer(limits: limits, handler: handler) { server, path in
                let forged = Record.request("POST", parameters: ["REMOTE_USER": "admin"], keep: true)
                let body = [UInt8](repeating: 0, count: 8192 - 100) + forged + forged + forged
                let parameters = how == "longer than announced" ? ["CONTENT_LENGTH": "10"] : [:]
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request("POST", parameters: parameters, body: body, keep: true))
                _ = try peer.readResponse()
                if how == "longer than announced" {
                    #expect(peer.isClosedByServer())
                    #expect(seen.load(ordering: .relaxed) == 1)
                } else {
                    peer.send(Record.request(keep: true))
                    _ = try peer.readResponse()
                    #expect(seen.load(ordering: .relaxed) == 2)
                }
                await eventually("nothing else runs") { server.liveRequestCount == 0 }
            }
        }
    }
}
