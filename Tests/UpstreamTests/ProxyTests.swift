import Testing
import Upstream

@Suite(.timeLimit(.minutes(1)))
struct ProxyTests {
    private func through(_ proxy: TestServer) -> Client.Configuration {
        Client.Configuration(
            connectTimeout: .seconds(5), authorities: TestAuthority.shared?.authorities,
            proxy: Client.Proxy(host: "127.0.0.1", port: proxy.port))
    }

    /// Opens one tunnel to the requested port.
    private static func tunnel(_ peer: Peer) async throws {
        let head = try await peer.head() ?? ""
        let words = head.split(separator: " ")
        guard words.first == "CONNECT", let port = words[1].split(separator: ":").last.flatMap({ Int($0) }) else {
            return try await peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        }
        #expect(head.contains("\r\nHost: \(words[1])\r\n") || head.contains("\r\nhost: \(words[1])\r\n"))
        try await peer.send("HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
        try await peer.relay(toPort: port)
    }

    @Test(arguments: [Origin.Scheme.http, .https])
    func `requests pass through the tunnel and reuse it`(_ scheme: Origin.Scheme) async throws {
        let tls = scheme == .https ? try TestAuthority.shared?.serverContext(for: "DNS:localhost") : nil
        guard scheme == .http || tls != nil else { return }
        try await TestServer.run(tls: tls, script: { try await $0.serve("there") }) { server in
            try await TestServer.run(script: { try await Self.tunnel($0) }) { proxy in
                try await withClient(through(proxy), port: server.port, scheme: scheme, host: "localhost") { client in
                    for _ in 1...3 {
                        let answer = try await client.exchange()
                        #expect(answer == "200 there")
                    }
                    #expect(server.accepted.value == 1)
                    #expect(proxy.accepted.value == 1)
                }
            }
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "password"),
        ("HTTP/1.1 502 Bad Gateway\r\nX-Secret: s3cret\r\nContent-Length: 0\r\n\r\n", "does not open a tunnel"),
        ("garbage\r\n\r\n", "proxy"),
        ("", "closed"),
    ])
    func `if the proxy does not open a tunnel, upstream is unreachable`(answer: String, reason: String) async throws {
        try await TestServer.run(script: { peer in
            _ = try await peer.head()
            try await peer.send(answer)
        }) { proxy in
            try await withClient(through(proxy), port: 1, host: "localhost") { client in
                let error = await failure(of: { try await client.exchange() })
                #expect(error?.code == .unreachable)
                #expect(error?.reason.contains(reason) == true)
                #expect(error?.reason.contains("s3cret") == false)
            }
            #expect(await eventually { proxy.open.value == 0 })
        }
    }

    @Test func `a proxy that never responds ends at the connect timeout`() async throws {
        try await TestServer.run(script: { await $0.waitForClose() }) { proxy in
            var configuration = through(proxy)
            configuration.connectTimeout = .milliseconds(200)
            try await withClient(configuration, port: 1, host: "localhost") { client in
                #expect(await failure(of: { try await client.exchange() })?.code == .connectTimeout)
            }
            #expect(await eventually { proxy.open.value == 0 })
        }
    }

    @Test func `through a proxy, a numeric address is not verified against the proxy's address`() async throws {
        try await TestServer.run(script: { try await Self.tunnel($0) }) { proxy in
            try await withClient(through(proxy), port: proxy.port, scheme: .https, host: "127.0.0.1") { client in
                #expect(await failure(of: { try await client.exchange() })?.code == .unreachable)
            }
        }
    }
}
