import NIOCore
import Synchronization
import Testing
import Upstream

@Suite(.timeLimit(.minutes(1)))
struct StreamTests {
    static let chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test func `pieces arrive as they are sent`() async throws {
        let consumed = Counter()
        try await exchange(with: { peer in
            _ = try await peer.request()
            try await peer.send(Self.chunkedHead)
            for number in 1...5 {
                try await peer.send("3\r\n<\(number)>\r\n")
                // The next piece is sent only after this one has been consumed.
                #expect(await eventually { consumed.value == number })
            }
            try await peer.send("0\r\n\r\n")
        }) { client, _ in
            let response = try await client.send()
            let pieces = Pieces()
            try await response.body.forEach { piece in
                pieces.append(piece)
                consumed.increment()
            }
            #expect(pieces.texts == ["<1>", "<2>", "<3>", "<4>", "<5>"])
        }
    }

    @Test func `a paused consumer applies backpressure to upstream and then gets everything`() async throws {
        let size = 128 << 20
        let written = Counter()
        try await exchange(with: { peer in
            _ = try await peer.request()
            try await peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            for _ in 0..<(size >> 16) {
                try await peer.send([UInt8](repeating: 7, count: 1 << 16))
                written.increment(by: 1 << 16)
            }
            await peer.waitForClose()
        }) { client, _ in
            let body = try await client.send().body
            let received = Counter()
            let isPaused = Mutex(false)
            async let end: Void = body.forEach { piece in
                received.increment(by: piece.byteCount)
            } pausing: {
                guard received.value < 1 << 20 || isPaused.withLock({ $0 }) else {
                    isPaused.withLock { $0 = true }
                    return .pause
                }
                return .more
            }
            #expect(await eventually { isPaused.withLock { $0 } })
            let receivedBefore = received.value
            #expect(receivedBefore < 4 << 20)
            #expect(await eventually { written.value > receivedBefore })
            for _ in 1...100 { try await client.handleArrivals() }
            #expect(received.value == receivedBefore)
            // The remainder waits at the server and in the kernel's buffers, which may be large.
            #expect(written.value < 64 << 20)
            body.resume()
            try await end
            #expect(received.value == size)
        }
    }

    @Test func `a resume from within the consumer is not lost`() async throws {
        let pieces = Pieces()
        try await exchange(with: { peer in
            _ = try await peer.request()
            try await peer.send(Self.chunkedHead + "1\r\na\r\n1\r\nb\r\n")
            #expect(await eventually { pieces.count == 2 })
            try await peer.send("1\r\nc\r\n0\r\n\r\n")
        }) { client, _ in
            let body = try await client.send().body
            try await body.forEach {
                pieces.append($0)
            } pausing: {
                body.resume()
                return .pause
            }
            #expect(pieces.texts == ["a", "b", "c"])
        }
    }

    @Test func `bytes of one read are consumed together, and later ones only after the pause`() async throws {
        let pieces = Pieces()
        let sent = Counter()
        try await exchange(with: { peer in
            _ = try await peer.request()
            try await peer.send(Self.chunkedHead + "1\r\na\r\n1\r\nb\r\n")
            #expect(await eventually { pieces.count == 2 })
            try await peer.send("1\r\nc\r\n0\r\n\r\n")
            sent.increment()
            while try await peer.request() != nil { try await peer.send(Self.chunkedHead + "0\r\n\r\n") }
        }) { client, server in
            let body = try await client.send().body
            async let end: Void = body.forEach {
                pieces.append($0)
            } pausing: {
                .pause
            }
            #expect(await eventually { sent.value == 1 })
            for _ in 1...10 { try await client.handleArrivals() }
            #expect(pieces.count == 2)
            body.resume()
            try await end
            #expect(pieces.texts == ["a", "b", "c"])
            _ = try await client.exchange()
            #expect(server.accepted.value == 1)
        }
    }

    @Test func `a large request body arrives whole`() async throws {
        let body = [UInt8]((0..<(20 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try await exchange(with: { peer in
            let request = try await peer.request() ?? ""
            let received = request.utf8.count
            try await peer.respond("\(received > 20 << 20)")
        }) { client, _ in
            let bytes = body.map { $0 & 0x7F }
            let answer = try await client.exchange(body: bytes)
            #expect(answer == "200 true")
        }
    }

    @Test func `dropping an unread body closes its connection`() async throws {
        let closed = Counter()
        try await exchange(with: { peer in
            _ = try await peer.request()
            try await peer.send(Self.chunkedHead + "1\r\na\r\n")
            await peer.waitForClose()
            closed.increment()
        }) { client, _ in
            let status = try await client.send().status
            #expect(status == 200)
            #expect(await eventually { closed.value == 1 })
        }
    }
}

/// The pieces that a consumer was given.
final class Pieces: Sendable {
    private let list = Mutex<[String]>([])
    var texts: [String] { list.withLock { $0 } }
    var count: Int { list.withLock { $0.count } }

    func append(_ piece: RawSpan) {
        let text = piece.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        list.withLock { $0.append(text) }
    }
}
