import CGI
import FastCGI
import Synchronization
import Testing

extension ServerTests {
    /// Clients that disconnect, and clients that stop reading.
    @Suite struct Clients {
        @Test(arguments: ["leaves", "aborts"])
        func `a client that disconnects or aborts cancels an idle handler`(how: String) async throws {
            let (started, cancelled) = (Flag(), Flag())
            let handler: Server.Handler = { _, _, _ in
                started.raise()
                try? await Task.sleep(for: .seconds(60))
                if Task.isCancelled { cancelled.raise() }
            }
            try await withServer(handler: handler) { server, path in
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request(keep: true))
                await eventually("the handler runs") { started.isRaised }
                if how == "leaves" { peer.leave() } else { peer.send(Record.header(Record.abortRequest, length: 0)) }
                await eventually("it is cancelled") { cancelled.isRaised }
                await eventually("it ends") { server.liveRequestCount == 0 }
            }
        }

        @Test func `a client that disconnects cancels a streaming handler`() async throws {
            let cancelled = Flag()
            let handler: Server.Handler = { _, sink, _ in
                while !Task.isCancelled {
                    sink.write(pattern(100))
                    sink.flush()
                    try? await Task.sleep(for: .milliseconds(1))
                }
                cancelled.raise()
                sink.write([1])
                sink.flush()
                #expect(sink.pendingByteCount == 0)
                await BodyDrain(sink).wait()
            }
            try await withServer(handler: handler) { server, path in
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request())
                _ = try peer.readOutput(atLeast: 1000)
                #expect(server.liveRequestCount == 1)
                peer.leave()
                await eventually("it is cancelled") { cancelled.isRaised }
            }
        }

        @Test func `other records on a running request do not disturb it`() async throws {
            let (started, go) = (Flag(), Flag())
            let handler: Server.Handler = { _, sink, _ in
                started.raise()
                await go.wait()
                sink.write([UInt8]("\(Task.isCancelled)".utf8))
                sink.flush()
            }
            try await withServer(handler: handler) { _, path in
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request())
                await eventually("the handler runs") { started.isRaised }
                peer.send(Record.header(Record.standardInput, length: 0))
                go.raise()
                #expect(try peer.readResponse().text == "false")
            }
        }

        @Test func `everything that waits for a slow client to catch up continues`() async throws {
            let waiting = Atomic(0)
            let finished = Atomic(0)
            let handler: Server.Handler = { _, sink, _ in
                sink.write(pattern(8_000_000))
                sink.flush()
                for _ in 1...3 {
                    sink.whenDrained { finished.add(1, ordering: .relaxed) }
                    waiting.add(1, ordering: .relaxed)
                }
                await BodyDrain(sink).wait()
            }
            try await withServer(handler: handler) { _, path in
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request())
                await eventually("they wait") { waiting.load(ordering: .relaxed) == 3 }
                #expect(finished.load(ordering: .relaxed) == 0)
                #expect(try peer.readResponse().output.count == 8_000_000)
                #expect(finished.load(ordering: .relaxed) == 3)
            }
        }

        @Test func `bytes that a slow client does not read are buffered and arrive whole and in order`() async throws {
            let (size, piece) = (20_000_000, 100_000)
            let stalled = Atomic(0)
            let handler: Server.Handler = { request, sink, _ in
                guard request.query == nil else { return sink.write([1]) }
                let bytes = pattern(size)
                for offset in stride(from: 0, to: size, by: piece) {
                    sink.write(Array(bytes[offset..<(offset + piece)]))
                    sink.flush()
                    #expect(sink.pendingByteCount < piece + 8000)
                    if sink.pendingByteCount > 0 {
                        stalled.add(1, ordering: .relaxed)
                        await BodyDrain(sink).wait()
                        #expect(sink.pendingByteCount == 0)
                    }
                }
            }
            try await withServer(handler: handler) { _, path in
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request())
                await eventually("the handler waits") { stalled.load(ordering: .relaxed) == 1 }
                // Meanwhile, the server's event loops serve others.
                for _ in 1...20 {
                    let other = try WebServer(connectingTo: path)
                    other.send(Record.request(parameters: ["QUERY_STRING": "other"]))
                    #expect(try other.readResponse().output == [1])
                }
                #expect(stalled.load(ordering: .relaxed) == 1)
                #expect(try peer.readResponse().output == pattern(size))
            }
        }

        @Test func `bytes still unsent when the handler returns are sent`() async throws {
            let handler: Server.Handler = { _, sink, _ in
                sink.write(pattern(3_000_000))
            }
            try await withServer(handler: handler) { _, path in
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request(keep: true))
                #expect(try peer.readResponse().output == pattern(3_000_000))
                peer.send(Record.request(keep: true))
                #expect(try peer.readResponse().output == pattern(3_000_000))
            }
        }

        @Test func `a client that stops reading is treated as disconnected`() async throws {
            let cancelled = Flag()
            var limits = Server.Limits()
            limits.writeTimeout = .milliseconds(100)
            let handler: Server.Handler = { _, sink, _ in
                sink.write(pattern(1_000_000))
                sink.flush()
                await BodyDrain(sink).wait()
                #expect(sink.pendingByteCount == 0)
                if Task.isCancelled { cancelled.raise() }
            }
            try await withServer(limits: limits, handler: handler) { server, path in
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request())
                await eventually("it is cancelled") { cancelled.isRaised }
                await eventually("it ends") { server.liveRequestCount == 0 }
                withExtendedLifetime(peer) {}
            }
        }
    }
}

/// Waits as `BodyWriter.drained` does, for handlers that use the bare sink.
struct BodyDrain {
    let sink: any ByteSink

    init(_ sink: any ByteSink) { self.sink = sink }

    func wait() async {
        await withCheckedContinuation { continuation in
            sink.whenDrained { continuation.resume() }
        }
    }
}
