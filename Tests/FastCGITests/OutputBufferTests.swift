import Testing

@testable import FastCGI

struct OutputBufferTests {
    @Test func `pieces are taken in order, whatever is written in between`() {
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

    @Test func `unflushed bytes are not taken`() {
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
