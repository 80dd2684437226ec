@testable import Report
import Testing

struct LineReaderTests {
    private static let json = #"""
        {"time":"2026-11-24T10:00:00.123Z","request_id":"4f2a","caller":"ann","method":"POST","route":"/proxy",\#
        "model":"gpt-4o","model_sent":"gpt-5","stream":true,"status":502,"upstream_requests":3,"retries":2,\#
        "upstream_base":"https://b.example","upstream_status":500,"upstream_request_id":"req_1","input_tokens":8,\#
        "cached_tokens":2,"cache_write_tokens":3,"output_tokens":15,"reasoning_tokens":5,"service_tier":"flex",\#
        "first_byte_ms":40,"duration_ms":1234,\#
        "dropped":"seed","error":"upstream_cut","client_left":true}
        """#
    private static let unaccounted = [
        #"{"time":"2026-11-24T10:00:00.123Z","route":"/proxy","status":200,"output_tokens_seen":42,"duration_ms":1}"#,
        "2026-11-24T10:00:00.123Z 200 POST /proxy id=r seen=42 took=1ms",
    ]
    private static let text = """
        2026-11-24T10:00:00.123Z 502 POST /proxy id=4f2a caller=ann model=gpt-4o sent=gpt-5 stream upstream_requests=3 \
        retries=2 base=https://b.example upstream=500 upstream_id=req_1 tokens=8(2 cached)+15(5 reasoning) \
        cache_write=3 tier=flex first_byte=40ms took=1234ms dropped=seed error=upstream_cut client_left
        """

    @Test(arguments: [json, text])
    func `every field is read`(line: String) {
        let read = Read(line)
        #expect(read.outcome == .request)
        // 2026-11-24T10:00:00Z
        #expect(read.line.time == 1_795_514_400)
        #expect(read.caller == "ann")
        #expect(read.model == "gpt-5")
        #expect(read.route == "/proxy")
        #expect(read.error == "upstream_cut")
        #expect(read.line.status == 502)
        #expect(read.line.retries == 2)
        #expect(read.line.tokens == Tokens(input: 8, cached: 2, cacheWritten: 3, output: 15, reasoning: 5))
        #expect(read.tier == "flex")
        #expect(read.line.firstByte == 40)
        #expect(read.line.duration == 1234)
        #expect(read.line.clientLeft)
    }

    /// Lines of versions that did not log cache writes and service tiers.
    @Test(arguments: [
        json.replacing(#""cache_write_tokens":3,"#, with: "").replacing(#""service_tier":"flex","#, with: ""),
        text.replacing("cache_write=3 tier=flex ", with: ""),
    ])
    func `a line without cache writes and tier is read`(line: String) {
        let read = Read(line)
        #expect(read.outcome == .request)
        #expect(read.line.tokens == Tokens(input: 8, cached: 2, output: 15, reasoning: 5))
        #expect(read.tier == nil)
        #expect(read.line.duration == 1234)
    }

    @Test(arguments: unaccounted)
    func `output tokens without usage from upstream are read`(line: String) {
        #expect(Read(line).line.outputTokensSeen == 42)
        #expect(Read(line).line.tokens == Tokens())
    }

    @Test func `both formats are read the same`() {
        #expect(Read(Self.json) == Read(Self.text))
    }

    @Test(arguments: [
        #"{"time":"2026-11-24T10:00:00.000Z","request_id":"r","method":"GET","route":"/healthz","stream":false,"status":200,"first_byte_ms":0,"duration_ms":0}"#,
        "2026-11-24T10:00:00.000Z 200 GET /healthz id=r first_byte=0ms took=0ms",
    ])
    func `missing fields are nil or zero`(line: String) {
        let read = Read(line)
        #expect(read.outcome == .request)
        #expect(read.caller == nil)
        #expect(read.model == nil)
        #expect(read.error == nil)
        #expect(read.line.tokens == Tokens())
        #expect(!read.line.clientLeft)
        #expect(!read.line.isError)
    }

    @Test(arguments: [json, text])
    func `text that other programs add around a line is ignored`(line: String) {
        let expected = Read(line)
        let quoted = line.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: #"\""#)
        for whole in [
            "Nov 24 10:00:00 host gpt-proxy[1]: \(line)",
            "2026-11-24T10:00:00+0000 host gpt-proxy[1]: \(line)",
            "2026-11-24T10:00:00.123456789Z stderr F \(line)",
            "[Tue Nov 24 10:00:00.928641 2026] [cgi:error] [pid 1:tid 2] [client 192.0.2.1:80] AH01215: \(line)",
            // nginx's log of standard error from fcgiwrap: the first, the last and a single line.
            #"2026/11/24 10:00:00 [error] 7#7: *1 FastCGI sent in stderr: "\#(line)"#,
            #"\#(line)" while reading response header from upstream, client: 127.0.0.1, request: "GET /?a=client_left""#,
            #"2026/11/24 10:00:00 [error] 7#7: *1 FastCGI sent in stderr: "\#(line)" while reading upstream, referrer: "error=a took=9ms""#,
            #"{"log":"\#(quoted)\n","stream":"stderr","time":"2026-11-24T10:00:00.5Z"}"#,
            #"{"__CURSOR":"s=1","PRIORITY":"6","MESSAGE":"\#(quoted)","_PID":"1"}"#,
        ] {
            #expect(Read(whole) == expected, "\(whole)")
        }
    }

    @Test(arguments: [
        #"{"time":"2026-11-24T10:00:00.123Z","level":"notice","message":"listening","address":"unix:/run/x"}"#,
        "2026-11-24T10:00:00.123Z notice listening address=unix:/run/x",
        "Nov 24 10:00:00 host sshd[1]: Accepted publickey for ann", "", "{", "{}", "2026-11-24T10:00:00.123Z 200",
        #"{"time":"2026-11-24T10:00:00.123Z","request":{"route":"/proxy","status":200,"duration_ms":1}}"#,
        #"192.0.2.1 - - [24/Nov/2026:10:00:00 +0000] "POST /proxy HTTP/1.1" 200 12"#,
    ])
    func `lines that are not about requests are skipped`(line: String) {
        #expect(Read(line).outcome == .other)
    }

    /// Any client can make a web server log almost any text, such as the path of a missing file.
    @Test(arguments: [json, text])
    func `quoted text in another program's line is not read as a request`(line: String) {
        for end in ["", #"" failed (2: No such file or directory)"#, #"" while x" failed"#] {
            #expect(Read(#"2026/11/24 10:00:00 [error] 7#7: *1 open() "/srv/\#(line)\#(end)"#).outcome == .other)
        }
    }

    /// Reading ends for every line.
    @Test(arguments: [json, text])
    func `a line with one byte changed is a complete request or none`(line: String) {
        var bytes = Array(line.utf8)
        for index in bytes.indices {
            for byte in [0, 0x20, 0x22, 0x3D, 0x5A, 0x5C, 0x7B, 0x7D, 0xFF] as [UInt8] {
                let kept = bytes[index]
                bytes[index] = byte
                var isWhole = true
                let outcome = LineReader.read(bytes.span.bytes) { line, _ in isWhole = line.isWhole }
                #expect(isWhole || outcome != .request)
                bytes[index] = kept
            }
        }
    }

    /// A full disk, or nginx's limit of 2048 bytes for a message, can truncate a line.
    @Test func `a truncated line is not a request`() {
        let json = Array(Self.json.utf8)
        for count in 10..<json.count {
            #expect(Read(String(decoding: json[..<count], as: UTF8.self)).outcome == .damaged)
        }
        let text = Array(Self.text.utf8)
        let end = Self.text.utf8.count - "234ms dropped=seed error=upstream_cut client_left".utf8.count
        for count in 29..<end {
            #expect(Read(String(decoding: text[..<count], as: UTF8.self)).outcome == .damaged)
        }
    }

    @Test func `an incomplete request is damaged in text and skipped in JSON`() {
        #expect(Read("2026-11-24T10:00:00.123Z 200 POST /proxy id=a").outcome == .damaged)
        #expect(Read(#"{"time":"2026-11-24T10:00:00.123Z","request_id":"r","status":200}"#).outcome == .other)
        #expect(
            Read(#"{"time":"2026-02-30T10:00:00.123Z","route":"/","status":200,"duration_ms":1}"#).outcome == .other)
    }

    @Test func `a quoted value is one word, whatever it contains`() {
        let read = Read(
            #"2026-11-24T10:00:00.123Z 200 POST "/v1/a b" id=r caller=ann model="x sent=gpt-5 took=1ms \"" took=7ms"#)
        #expect(read.model == #"x sent=gpt-5 took=1ms ""#)
        #expect(read.route == "/v1/a b")
        #expect(read.line.duration == 7)
    }

    @Test func `the first words after the tokens take precedence`() {
        let read = Read(
            "2026-11-24T10:00:00.123Z 200 POST /proxy model=x cache_write=1 tokens=8(2 cached)+15(5 reasoning) "
                + "cache_write=3 tier=flex took=1ms error=y cache_write=7 tier=priority")
        #expect(read.line.tokens == Tokens(input: 8, cached: 2, cacheWritten: 3, output: 15, reasoning: 5))
        #expect(read.tier == "flex")
    }

    @Test(arguments: ["99999999999999999999", "-1", "1.5", #""7""#])
    func `invalid token counts are ignored`(number: String) {
        let line = Self.json.split(separator: #""input_tokens":8"#).joined(separator: #""input_tokens":\#(number)"#)
        #expect(Read(line).outcome == .request)
        #expect(Read(line).line.tokens.input == 0)
        let written = Self.json.split(separator: #"write_tokens":3"#).joined(separator: #"write_tokens":\#(number)"#)
        #expect(Read(written).line.tokens == Tokens(input: 8, cached: 2, output: 15, reasoning: 5))
    }
}
