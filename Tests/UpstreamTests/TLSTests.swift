import NIOSSL
import Testing
import Upstream

@Suite(.timeLimit(.minutes(1)), .enabled(if: TestAuthority.shared != nil, "needs /usr/bin/openssl"))
struct TLSTests {
    private let authority: TestAuthority
    private var trusting: Client.Configuration { Client.Configuration(authorities: authority.authorities) }

    init() throws {
        authority = try #require(TestAuthority.shared)
    }

    @Test(arguments: [
        ("DNS:localhost", "localhost"), ("DNS:other.test,DNS:LOCALHOST", "localhost"), ("IP:127.0.0.1", "127.0.0.1"),
    ])
    func `a server whose authority is in the CA file is trusted`(subject: String, host: String) async throws {
        try await TestServer.run(tls: try authority.serverContext(for: subject), script: { try await $0.serve("safe") })
        {
            server in
            try await withClient(trusting, port: server.port, scheme: .https, host: host) { client in
                for _ in 1...3 {
                    let answer = try await client.exchange()
                    #expect(answer == "200 safe")
                }
                #expect(server.accepted.value == 1)
            }
            #expect(await eventually { server.open.value == 0 })
        }
    }

    @Test(arguments: [("DNS:localhost", "127.0.0.1"), ("IP:127.0.0.1", "localhost"), ("DNS:other.test", "localhost")])
    func `a certificate for another name is refused`(subject: String, host: String) async throws {
        try await TestServer.run(tls: try authority.serverContext(for: subject), script: { try await $0.serve("x") }) {
            server in
            try await withClient(trusting, port: server.port, scheme: .https, host: host) { client in
                let error = await failure(of: { try await client.exchange() })
                #expect(error?.code == .unreachable)
                #expect(error?.requestWasSent == false)
            }
        }
    }

    @Test func `an unknown authority is refused`() async throws {
        let tls = try authority.serverContext(for: "DNS:localhost")
        try await TestServer.run(tls: tls, script: { try await $0.serve("x") }) { server in
            try await withClient(port: server.port, scheme: .https, host: "localhost") { client in
                let error = await failure(of: { try await client.exchange() })
                #expect(error?.code == .unreachable)
                #expect(error?.reason.hasSuffix("TLS handshake failed: CERTIFICATE_VERIFY_FAILED") == true)
            }
        }
    }

    @Test func `a server that does not speak TLS is unreachable over https`() async throws {
        try await TestServer.run(script: { try await $0.send("HTTP/1.1 400 Bad Request\r\n\r\n") }) { server in
            try await withClient(trusting, port: server.port, scheme: .https, host: "localhost") { client in
                #expect(await failure(of: { try await client.exchange() })?.code == .unreachable)
            }
        }
    }

    @Test func `a body delimited by the end of the connection needs a TLS close_notify`() async throws {
        let tls = try authority.serverContext(for: "DNS:localhost")
        try await TestServer.run(
            tls: tls,
            script: { peer in
                let isCut = try await peer.request()?.hasPrefix("POST /cut") == true
                try await peer.send("HTTP/1.1 200 OK\r\n\r\nhello")
                if isCut { try await peer.cut() }
            }
        ) { server in
            try await withClient(trusting, port: server.port, scheme: .https, host: "localhost") { client in
                let answer = try await client.exchange("/whole")
                #expect(answer == "200 hello")
                #expect(await failure(of: { try await client.exchange("/cut") })?.code == .cut)
            }
        }
    }

    @Test func `neither a connection cut while idle nor a stale one is used again`() async throws {
        let tls = try authority.serverContext(for: "DNS:localhost")
        try await TestServer.run(
            tls: tls,
            script: { peer in
                _ = try await peer.request()
                try await peer.respond("\(peer.number)")
                if peer.number == 2 { _ = try await peer.request() }
                try await peer.cut()
            }
        ) { server in
            try await withClient(trusting, port: server.port, scheme: .https, host: "localhost") { client in
                for number in 1...3 {
                    let answer = try await client.exchange()
                    #expect(answer == "200 \(number)")
                    if number != 2 { #expect(await eventually { server.open.value == 0 }) }
                }
            }
        }
    }

    @Test func `large bodies pass in both directions`() async throws {
        let tls = try authority.serverContext(for: "DNS:localhost")
        try await TestServer.run(
            tls: tls,
            script: { peer in
                while let request = try await peer.request() { try await peer.respond(request) }
            }
        ) { server in
            try await withClient(trusting, port: server.port, scheme: .https, host: "localhost") { client in
                let body = [UInt8](repeating: 0x61, count: 5 << 20)
                let answer = try await client.exchange(body: body)
                #expect(answer.utf8.count > 5 << 20)
            }
        }
    }

    @Test func `cancelling closes the connection at once`() async throws {
        let tls = try authority.serverContext(for: "DNS:localhost")
        try await TestServer.run(
            tls: tls,
            script: { peer in
                _ = try await peer.request()
                try await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
                await peer.waitForClose()
            }
        ) { server in
            try await withClient(trusting, port: server.port, scheme: .https, host: "localhost") { client in
                let body = try await client.send().body
                body.cancel()
                #expect(await eventually { server.open.value == 0 })
            }
        }
    }

    @Test func `authorities trusted later apply to new connections, and open connections stay`() async throws {
        let tls = try authority.serverContext(for: "DNS:localhost")
        let others = try TestAuthority().authorities
        try await TestServer.run(tls: tls, script: { try await $0.serve("\($0.number)") }) { server in
            let trusting = Client.Configuration(authorities: authority.authorities)
            try await withClient(trusting, port: server.port, scheme: .https, host: "localhost") { client in
                for _ in 1...2 {
                    let answer = try await client.exchange()
                    #expect(answer == "200 1")
                    client.client.trust(others)
                }
            }
            try await withClient(
                Client.Configuration(authorities: others), port: server.port, scheme: .https, host: "localhost"
            ) { client in
                let error = await failure(of: { try await client.exchange() })
                #expect(error?.reason.hasSuffix("CERTIFICATE_VERIFY_FAILED") == true)
                client.client.trust(authority.authorities)
                let answer = try await client.exchange()
                #expect(answer.hasPrefix("200"))
            }
        }
    }

    @Test(arguments: [
        "", "x", "-----BEGIN CERTIFICATE-----\nMIIB\n",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    ])
    func `a file without a valid certificate is rejected`(_ text: String) {
        #expect(throws: InvalidConfiguration.self) { try Authorities(pem: Array(text.utf8)) }
    }
}
