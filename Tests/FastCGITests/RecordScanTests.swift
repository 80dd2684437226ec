import Testing

@testable import FastCGI

struct RecordScanTests {
    private func scan(_ bytes: [UInt8]) -> RecordScan { RecordScan(bytes.span.bytes) }

    @Test func `a request is whole only with its last byte`() {
        let request = Record.request("POST", parameters: ["A": "B"], body: pattern(1000))
        for end in 0..<request.count { #expect(scan(Array(request[..<end])) == .partial) }
        #expect(scan(request) == .whole)
        #expect(scan(request + [9, 9]) == .whole)
    }

    @Test func `what does not begin a request is foreign from its first wrong byte`() {
        #expect(scan([0]) == .foreign)
        #expect(scan([1, 2]) == .foreign)
        #expect(scan([1, 9, 0, 0]) == .foreign)
        #expect(scan(Array("GET /".utf8)) == .foreign)
    }

    @Test func `records that libfcgi answers are left to a thread that may wait`() {
        let (begin, rest) = (Record.begin(), Record.request().dropFirst(16))
        #expect(scan(begin + Record.header(9, length: 0, id: 0) + rest) == .partial)
        #expect(scan(begin + begin + rest) == .partial)
        #expect(scan(begin + Record.header(Record.abortRequest, length: 0) + rest) == .partial)
        #expect(scan(begin + Record.header(Record.parameters, length: 0, id: 7) + rest) == .partial)
    }
}

struct OutputBufferTests {
    @Test func `pieces come out in order whatever is written between`() {
        var buffer = OutputBuffer()
        var sent: [UInt8] = []
        let bytes = pattern(500_000)
        for offset in stride(from: 0, to: bytes.count, by: 1000) {
            buffer.append { $0 += bytes[offset..<(offset + 1000)] }
            buffer.flush()
            buffer.takePiece(upTo: 900) { sent += $0 }
            #expect(buffer.count == offset + 1000 - sent.count)
        }
        while buffer.sendableCount > 0 { buffer.takePiece(upTo: 8000) { sent += $0 } }
        #expect(sent == bytes)
        #expect(buffer.count == 0)
    }

    @Test func `what is not flushed is not handed out`() {
        var buffer = OutputBuffer()
        buffer.append { $0 += [1, 2] }
        buffer.flush()
        buffer.append { $0 += [3] }
        var sent: [UInt8] = []
        buffer.takePiece(upTo: 10) { sent += $0 }
        #expect(sent == [1, 2])
        #expect((buffer.count, buffer.sendableCount, buffer.heldCount) == (1, 0, 1))
    }
}
