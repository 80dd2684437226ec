import NIOCore
import TestSupport
import Testing
import Upstream

/// Responses that arrive in pieces.
struct SplitResponseTests {
    @Test(arguments: WholeResponseTests.whole)
    func `a response may be split anywhere`(answer: String) throws {
        let bytes = Array(answer.utf8)
        for split in 1..<bytes.count {
            let exchange = MemoryExchange()
            let request = exchange.exchange()
            try exchange.upstreamSends(bytes[..<split])
            try exchange.upstreamSends(bytes[split...])
            if !request.isDone { try exchange.connection.close() }
            exchange.advance(by: .zero)
            #expect(try request.value?.get() == "hello world")
        }
    }

    @Test(arguments: WholeResponseTests.whole)
    func `a response may arrive byte by byte`(answer: String) throws {
        let exchange = MemoryExchange()
        let request = exchange.exchange()
        for byte in answer.utf8 { try exchange.upstreamSends([byte]) }
        if !request.isDone { try exchange.connection.close() }
        exchange.advance(by: .zero)
        #expect(try request.value?.get() == "hello world")
    }

    @Test func `the beginning of a body can be peeked before it is read`() throws {
        let exchange = MemoryExchange()
        let sending = exchange.send()
        try exchange.upstreamSends(StreamTests.chunkedHead + "2\r\nab\r\n")
        let body = try #require(try sending.value?.get()).body
        let peeking = exchange.run { await body.peek(3) }
        #expect(!peeking.isDone)
        try exchange.upstreamSends("2\r\ncd\r\n")
        #expect(peeking.value == Array("abc".utf8))
        #expect(exchange.run { await body.peek(4) }.value == Array("abcd".utf8))
        let reading = exchange.run { try? await body.collect(upTo: 10) }
        try exchange.upstreamSends("1\r\ne\r\n0\r\n\r\n")
        #expect(reading.value == Array("abcde".utf8))
    }

    @Test(arguments: [2, 3])
    func `peeking ends with a body that is shorter, or cut`(announced: Int) throws {
        let exchange = MemoryExchange()
        let sending = exchange.send()
        try exchange.upstreamSends("HTTP/1.1 200 OK\r\nContent-Length: \(announced)\r\n\r\nab")
        let body = try #require(try sending.value?.get()).body
        let peeking = exchange.run { await body.peek(3) }
        try exchange.connection.close()
        exchange.advance(by: .zero)
        #expect(peeking.value == Array("ab".utf8))
        let reading = exchange.run { try? await body.collect(upTo: 10) }
        #expect(reading.value == (announced == 2 ? Array("ab".utf8) : nil))
    }
}
