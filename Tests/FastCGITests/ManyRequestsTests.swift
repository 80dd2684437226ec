import CGI
import FastCGI
import Synchronization
import Testing

extension ServerTests {
    @Suite struct ManyRequests {
        @Test func `two hundred requests are answered at the same time`() async throws {
            let go = Flag()
            let handler: Server.Handler = { request, sink, eventLoop in
                while !go.isRaised { try? await Task.sleep(for: .milliseconds(5)) }
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

        @Test(arguments: [6, 80])
        func `slow uploads do not hold up a request that is here`(slow: Int) async throws {
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

        @Test func `a handler stays on one event loop`() async throws {
            let handler: Server.Handler = { _, sink, _ in
                // The sink's own checks trap when a call comes from another thread than the event loop's.
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
