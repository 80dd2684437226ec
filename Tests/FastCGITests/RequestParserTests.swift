import CGI
import Testing

@testable import FastCGI

struct RequestParserTests {
    /// The parser's result for a sequence of pieces.
    private struct Outcome: Equatable {
        var stage: RequestParser.Stage?
        var variables: [String: String] = [:]
        var body: [UInt8] = []
        var reply: [UInt8] = []
        var consumed = 0
        var isFault = false
    }

    private func parse(_ pieces: ArraySlice<UInt8>...) -> Outcome {
        var (parser, body, outcome) = (RequestParser(), BodyBuffer(limit: 1 << 20), Outcome())
        for piece in pieces {
            do throws(RequestParser.Fault) {
                outcome.consumed += try parser.parse(piece.span.bytes, into: &body)
            } catch {
                outcome.isFault = true
                break
            }
        }
        outcome.stage = parser.stage
        outcome.reply = parser.takeReply()
        outcome.body = body.take()
        outcome.variables = parser.takeParameters().withPrefix("")
        return outcome
    }

    private func parse(_ bytes: [UInt8]) -> Outcome { parse(bytes[...]) }

    /// Expects the same result when the bytes are split in two at any position, or fed one by one.
    private func expectTheSameAtEverySplit(_ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) {
        let whole = parse(bytes)
        for split in 0...bytes.count {
            var parts = parse(bytes[..<split], bytes[split...])
            // Only bytes of pieces before the fault count as consumed, so the number depends on the split.
            if whole.isFault { parts.consumed = whole.consumed }
            #expect(parts == whole, "split at \(split)", sourceLocation: sourceLocation)
        }
        var (parser, body, consumed) = (RequestParser(), BodyBuffer(limit: 1 << 20), 0)
        let isFault =
            (try? bytes.forEach { byte in
                let byte = [byte]
                consumed += try parser.parse(byte.span.bytes, into: &body)
            }) == nil
        #expect(isFault == whole.isFault, sourceLocation: sourceLocation)
        #expect(body.bytes == whole.body, sourceLocation: sourceLocation)
    }

    @Test func `a request is parsed the same however it is split`() {
        let parameters = ["CONTENT_TYPE": "application/json", "LONG": String(repeating: "x", count: 300), "EMPTY": ""]
        let request = Record.request("POST", parameters: parameters, body: pattern(100))
        let outcome = parse(request)
        #expect(outcome.stage == .end)
        #expect(outcome.body == pattern(100))
        #expect(outcome.variables["LONG"]?.count == 300)
        #expect(outcome.variables["REQUEST_METHOD"] == "POST")
        expectTheSameAtEverySplit(request)
    }

    @Test func `small records with padding are parsed, and bytes after the request are not consumed`() {
        let content = Record.pair("A", "B", longForm: true) + Record.pair("NAME", "value")
        let request =
            Record.begin(keep: true) + Record.stream(Record.parameters, content, recordSize: 3)
            + Record.stream(Record.standardInput, pattern(50), recordSize: 7)
        expectTheSameAtEverySplit(request)
        #expect(parse(request).variables == ["A": "B", "NAME": "value"])
        let outcome = parse(request + [1, 1, 0])
        #expect(outcome.stage == .end)
        #expect(outcome.consumed == request.count)
    }

    @Test func `a request is complete with its last byte of padding`() {
        let request =
            Record.begin() + Record.stream(Record.parameters, [])
            + Record.header(Record.standardInput, length: 0, padding: 5) + [0, 0, 0, 0, 0]
        for end in 0..<request.count { #expect(parse(Array(request[..<end])).stage != .end) }
        #expect(parse(request).stage == .end)
    }

    @Test func `an abort ends the request`() {
        let abort = Record.header(Record.abortRequest, length: 0)
        #expect(parse(Record.begin() + abort).stage == .aborted)
        #expect(parse(Record.begin() + Record.stream(Record.parameters, []) + abort).stage == .aborted)
    }

    @Test func `management records get responses`() {
        let query = Record.pair("FCGI_MPXS_CONNS", "") + Record.pair("FCGI_MAX_CONNS", "")
        let records =
            Record.header(9, length: query.count, id: 0) + query + Record.header(77, length: 3, id: 0) + [1, 2, 3]
        let outcome = parse(records + Record.request())
        let values = Record.pair("FCGI_MPXS_CONNS", "0")
        #expect(
            outcome.reply == Record.header(10, length: values.count, id: 0) + values
                + Record.header(11, length: 8, id: 0)
                + [77, 0, 0, 0, 0, 0, 0, 0])
        #expect(outcome.stage == .end)
        expectTheSameAtEverySplit(records + Record.request())
    }

    @Test func `more than 16 management records in a row are a fault`() {
        let query = Record.header(9, length: 0, id: 0)
        #expect(!parse(Array(repeatElement(query, count: 16).joined())).isFault)
        #expect(parse(Array(repeatElement(query, count: 17).joined())).isFault)
    }

    @Test func `an unknown role is rejected with the protocol's status`() {
        let outcome = parse(Record.begin(role: 2))
        #expect(outcome.isFault)
        #expect(outcome.reply == Record.header(Record.endRequest, length: 8) + [0, 0, 0, 0, 3, 0, 0, 0])
    }

    @Test(
        arguments: [
            [0], [2], [1, 2], [1, 4], Array("GET / HTTP/1.1\r\n\r\n".utf8),
            Record.header(1, length: 8, id: 0), Record.header(1, length: 7), Record.header(1, length: 9),
            Record.begin() + Record.begin(), Record.begin() + Record.header(Record.parameters, length: 0, id: 7),
            Record.begin() + Record.header(Record.standardInput, length: 0),
            Record.begin() + Record.stream(Record.parameters, []) + Record.header(Record.parameters, length: 1),
            Record.begin() + Record.stream(Record.parameters, []) + Record.header(8, length: 1),
            Record.begin() + Record.stream(Record.parameters, [1]),
            Record.begin() + Record.header(9, length: 2000, id: 0),
            Record.begin() + Record.header(1, length: 8, id: 0), Record.begin() + Record.header(10, length: 0, id: 0),
        ] as [[UInt8]])
    func `an invalid request is a fault`(bytes: [UInt8]) {
        #expect(parse(bytes).isFault)
        expectTheSameAtEverySplit(bytes)
    }

    /// Such a message used to crash the process: the sum of the two lengths overflows an `int`.
    @Test func `lengths beyond the end of the content are a fault`() {
        func bytes(_ length: UInt32) -> [UInt8] {
            withUnsafeBytes(of: (length | 0x8000_0000).bigEndian) { Array($0) }
        }
        let lengths: [UInt32] = [0, 1, 127, 128, 129, 0xFFFF, 0x7FFF_FFFC, 0x7FFF_FFFD, 0x7FFF_FFFE, 0x7FFF_FFFF]
        for name in lengths {
            for value in lengths where name + value > 3 {
                let pair = bytes(name) + bytes(value) + [65, 65, 65]
                #expect(parse(Record.begin() + Record.stream(Record.parameters, pair)).isFault)
            }
        }
    }

    @Test func `variables of up to 128 KB are accepted`() {
        func request(_ size: Int) -> [UInt8] {
            let value = String(repeating: "v", count: size - 1 - 1 - 4)
            return Record.begin() + Record.stream(Record.parameters, Record.pair("N", value))
        }
        #expect(parse(request(128 << 10)).stage == .body)
        #expect(parse(request((128 << 10) + 1)).isFault)
    }
}
