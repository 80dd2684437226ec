import NIOCore
import Testing
import Upstream

@Suite(.timeLimit(.minutes(1)))
struct WholeResponseTests {
    @Test func `a request is sent with its head, fields and body as given`() async throws {
        let expected = """
            POST /v1/responses?a=b HTTP/1.1\r
            Host: 127.0.0.1:PORT\r
            Authorization: Bearer x\r
            Accept-Encoding: identity\r
            Content-Length: 7\r
            \r
            {"a":1}
            """
        try await exchange(with: { peer in try await peer.respond(try await peer.request() ?? "") }) { client, _ in
            let response = try await client.send(
                "/v1/responses?a=b", headers: [("Authorization", "Bearer x")], body: Array(#"{"a":1}"#.utf8))
            let sent = try await response.body.text()
            #expect(sent == expected.replacing("PORT", with: "\(client.port)"))
        }
    }

    static let whole = [
        "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6;x=y\r\nhello \r\n5\r\nworld\r\n0\r\nSum: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nhello world",
        "HTTP/1.0 200 OK\r\n\r\nhello world",
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 11\r\n\r\nhello world",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world",
    ]

    @Test(arguments: whole)
    func `a body is complete with every kind of framing`(_ answer: String) async throws {
        try await exchange(with: { peer in
            _ = try await peer.request()
            try await peer.send(answer)
        }) { client, _ in
            let answer = try await client.exchange()
            #expect(answer == "200 hello world")
        }
    }

    @Test func `fields are found in any case and kept in order`() async throws {
        try await exchange(with: { peer in
            _ = try await peer.request()
            try await peer.send(
                "HTTP/1.1 429 Slow down\r\nRetry-After: 3\r\nX-B: 1\r\nx-b: 2\r\nContent-Length: 0\r\n\r\n")
        }) { client, _ in
            let response = try await client.send()
            #expect(response.status == 429)
            #expect(response.header("retry-after") == "3")
            #expect(response.header("none") == nil)
            #expect(response.headers.map(\.name) == ["Retry-After", "X-B", "x-b", "Content-Length"])
            #expect(response.headers.map(\.value) == ["3", "1", "2", "0"])
            #expect(try await response.body.text() == "")
        }
    }

    @Test(arguments: [
        ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
        ("GET", "HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n"),
        ("HEAD", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n"),
        ("GET", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"),
    ])
    func `a connection stays usable after a response without a body`(method: String, answer: String) async throws {
        try await exchange(with: { peer in
            while try await peer.request() != nil { try await peer.send(answer) }
        }) { client, server in
            for _ in 1...3 {
                let response = try await client.send(method: method, body: [])
                #expect(try await response.body.collect(upTo: 0) == [])
            }
            #expect(server.accepted.value == 1)
        }
    }

    @Test func `a redirection is passed through`() async throws {
        try await exchange(with: { peer in
            _ = try await peer.request()
            try await peer.send("HTTP/1.1 307 Go\r\nLocation: /elsewhere\r\nContent-Length: 2\r\n\r\nno")
        }) { client, _ in
            let answer = try await client.exchange()
            #expect(answer == "307 no")
        }
    }

    @Test(arguments: ["gzip", "deflate"])
    func `a body that upstream compressed unasked is decompressed`(_ coding: String) async throws {
        let packed: [UInt8] =
            coding == "gzip"
            ? [
                0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0x28, 0xcf, 0x2f, 0xca, 0x49,
                1, 0, 0x85, 0x11, 0x4a, 0x0d, 11, 0, 0, 0,
            ]
            : [
                0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0x28, 0xcf, 0x2f, 0xca, 0x49, 1, 0, 0x1a, 0x0b, 4,
                0x5d,
            ]
        let (heads, rests) = (Counter(), Counter())
        try await exchange(with: { peer in
            while let request = try await peer.request() {
                guard request.hasPrefix("POST /packed ") else {
                    try await peer.respond("plain")
                    continue
                }
                try await peer.send(
                    "HTTP/1.1 200 OK\r\nContent-Encoding: \(coding)\r\nContent-Length: \(packed.count)\r\n\r\n")
                try await peer.send(Array(packed[..<12]))
                #expect(await eventually { heads.value == rests.value + 1 })
                rests.increment()
                try await peer.send(Array(packed[12...]))
            }
        }) { client, server in
            for _ in 1...2 {
                let response = try await client.send("/packed")
                heads.increment()
                #expect(response.header("content-encoding") == nil)
                #expect(response.header("content-length") == nil)
                #expect(try await response.body.text() == "hello world")
                #expect(try await client.exchange("/plain") == "200 plain")
            }
            #expect(server.accepted.value == 1)
        }
    }

    @Test func `a body that is too large is rejected and its connection closed`() async throws {
        for limit in [0, 10] {
            try await exchange(with: { peer in
                _ = try await peer.request()
                try await peer.respond("hello world")
                await peer.waitForClose()
            }) { client, _ in
                let error = await failure(of: { try await client.send().body.collect(upTo: limit) })
                #expect(error?.code == .tooLarge)
            }
        }
    }

    @Test(arguments: [("/a b", "x"), ("/\r\nX: y", "x"), ("relative", "x"), ("/", "a\r\nX: y"), ("/ü", "x")])
    func `a request that is not valid HTTP is rejected before it is sent`(path: String, value: String) async throws {
        try await exchange(with: { peer in try await peer.serve("") }) { client, server in
            let error = await failure(of: { try await client.send(path, headers: [("X-Test", value)]) })
            #expect(error?.code == .invalidRequest)
            #expect(error?.requestWasSent == false)
            #expect(server.accepted.value == 0)
        }
    }

    @Test(arguments: ["Host", "content-length", "Transfer-Encoding", "connection", "Accept-Encoding", "", "a b"])
    func `fields that the client sets itself are rejected`(_ name: String) async throws {
        try await exchange(with: { peer in try await peer.serve("") }) { client, _ in
            #expect(await failure(of: { try await client.send(headers: [(name, "1")]) })?.code == .invalidRequest)
        }
    }
}
