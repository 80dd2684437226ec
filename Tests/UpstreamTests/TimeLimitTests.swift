import NIOCore
import NIOEmbedded
import TestSupport
import Testing
import Upstream

struct TimeLimitTests {
    @Test func `a connection that is not accepted ends at the connect timeout`() {
        let exchange = MemoryExchange(Client.Configuration(connectTimeout: .seconds(10)))
        exchange.upstream.reachability[1] = .hangs
        let request = exchange.exchange()
        exchange.advance(by: .milliseconds(9999))
        #expect(!request.isDone)
        exchange.advance(by: .milliseconds(1))
        #expect(request.errorCode() == .connectTimeout)
    }

    @Test func `a missing response head ends at the first byte timeout`() throws {
        let exchange = MemoryExchange(Client.Configuration(firstByteTimeout: .seconds(60)))
        let request = exchange.exchange()
        try exchange.upstreamSends("HTTP/1.1 200 O")
        exchange.advance(by: .seconds(59))
        #expect(!request.isDone)
        exchange.advance(by: .seconds(2))
        #expect(request.errorCode() == .firstByteTimeout)
        #expect(exchange.upstream.openConnections.isEmpty)
    }

    @Test func `a missing head is reported as such even if the total timeout ends at the same time`() {
        let exchange = MemoryExchange(
            Client.Configuration(
                connectTimeout: .seconds(10), firstByteTimeout: .seconds(60), totalTimeout: .seconds(60)))
        let first = exchange.exchange()
        exchange.advance(by: .seconds(61))
        #expect(first.errorCode() == .firstByteTimeout)
        // A retry, for which little time is left.
        let late = exchange.exchange(until: exchange.upstream.eventLoop.now + .seconds(10))
        exchange.advance(by: .seconds(11))
        #expect(late.errorCode() == .totalTimeout)
    }

    @Test func `silence in a body ends at the idle timeout, and a pause does not count as silence`() throws {
        let exchange = MemoryExchange(Client.Configuration(idleTimeout: .seconds(60), totalTimeout: .seconds(3600)))
        let sending = exchange.send()
        try exchange.upstreamSends("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\na")
        let body = try #require(try sending.value?.get()).body
        let pieces = Pieces()
        let reading = exchange.run { () async -> Result<Void, UpstreamError> in
            do throws(UpstreamError) {
                try await body.forEach {
                    pieces.append($0)
                } pausing: {
                    .pause
                }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        #expect(pieces.count == 1)
        exchange.advance(by: .seconds(600))
        #expect(!reading.isDone)
        body.resume()
        exchange.advance(by: .seconds(59))
        #expect(!reading.isDone)
        exchange.advance(by: .seconds(2))
        #expect(reading.errorCode() == .idleTimeout)
        #expect(exchange.upstream.openConnections.isEmpty)
    }

    @Test func `a request that upstream does not read ends at the idle timeout`() throws {
        let exchange = MemoryExchange(Client.Configuration(idleTimeout: .seconds(60)))
        // Upstream has accepted the connection, which is idle now.
        let first = exchange.exchange()
        try exchange.upstreamSends("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")
        #expect(try first.value?.get() == "a")
        try exchange.connection.stopReading()
        let second = exchange.exchange(body: [UInt8](repeating: 0x20, count: 1 << 20))
        exchange.advance(by: .seconds(59))
        #expect(!second.isDone)
        exchange.advance(by: .seconds(2))
        #expect(second.errorCode() == .idleTimeout)
    }

    @Test func `a request ends at the total timeout, even while bytes arrive`() throws {
        let exchange = MemoryExchange(Client.Configuration(totalTimeout: .seconds(60)))
        let request = exchange.exchange()
        try exchange.upstreamSends("HTTP/1.1 200 OK\r\n\r\n")
        for _ in 1...6 {
            #expect(!request.isDone)
            try exchange.upstreamSends("x")
            exchange.advance(by: .seconds(10))
        }
        #expect(request.errorCode() == .totalTimeout)
        #expect(exchange.upstream.openConnections.isEmpty)
    }

    // MARK: Connections

    @Test func `an idle connection is used until its time is over`() throws {
        let exchange = MemoryExchange(Client.Configuration(keepTime: .seconds(60), maximumAge: .seconds(3600)))
        for pause: Int64 in [59, 59, 61] {
            let request = exchange.exchange()
            try exchange.upstreamSends("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")
            #expect(request.isDone)
            #expect(exchange.upstream.connections.count == 1)
            exchange.advance(by: .seconds(pause))
        }
        #expect(exchange.upstream.openConnections.isEmpty)
    }

    @Test func `a running request outlives its connection's maximum age`() throws {
        let exchange = MemoryExchange(Client.Configuration(maximumAge: .seconds(60)))
        let request = exchange.exchange()
        try exchange.upstreamSends("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na")
        exchange.advance(by: .seconds(120))
        try exchange.upstreamSends("b")
        #expect(try request.value?.get() == "ab")
        exchange.advance(by: .seconds(1))
        #expect(exchange.upstream.openConnections.isEmpty)
    }
}
