import EventLoops
import NIOCore
import NIOPosix
import Testing
import Upstream

@Suite(.timeLimit(.minutes(1)))
struct FailureTests {
    // MARK: No connection

    @Test func `a closed port is unreachable`() async throws {
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = listener.localAddress?.port ?? 1
        try await listener.close()
        try await withClient(port: port) { client in
            let error = await failure(of: { try await client.exchange() })
            #expect(error?.code == .unreachable)
            #expect(error?.operation == .connect)
            #expect(error?.requestWasSent == false)
            #expect(error?.reason == "http://127.0.0.1:\(port): Connection refused")
        }
    }

    @Test func `a name that does not resolve is unreachable`() async throws {
        try await withClient(port: 80, host: "nonexistent.invalid") { client in
            let error = await failure(of: { try await client.exchange() })
            #expect(error?.code == .unreachable)
            #expect(error?.requestWasSent == false)
            // The rest of the reason depends on whether a name server can be reached.
            let beginning = "http://nonexistent.invalid: the name does not resolve: "
            #expect(error?.reason.hasPrefix(beginning) == true)
            #expect(error?.reason.contains("SocketAddressError") == false)
        }
    }

    // MARK: Cut and malformed responses

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nConte", UpstreamError.Operation.receiveHead),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", .receiveBody),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", .receiveBody),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nhello", .receiveBody),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", .receiveBody),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nxyz\r\n", .receiveBody),
    ])
    func `a cut response ends with an error after the bytes that were received`(
        answer: String, operation: UpstreamError.Operation
    ) async throws {
        try await exchange(with: { peer in
            _ = try await peer.request()
            try await peer.send(answer)
        }) { client, _ in
            let pieces = Pieces()
            let error = await failure(of: {
                try await client.send().body.forEach { piece in
                    pieces.append(piece)
                }
            })
            #expect(error?.code == .cut)
            #expect(error?.operation == operation)
            #expect(error?.requestWasSent == true)
            #expect(pieces.texts == (operation == .receiveBody ? ["hello"] : []))
        }
    }

    @Test func `a cut is reported only after a paused consumer has taken all bytes`() async throws {
        let pieces = Pieces()
        try await exchange(with: { peer in
            _ = try await peer.request()
            try await peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
            #expect(await eventually { pieces.count == 1 })
            try await peer.send("1\r\nb\r\nx")
        }) { client, server in
            let body = try await client.send().body
            async let error = failure(of: {
                try await body.forEach {
                    pieces.append($0)
                } pausing: {
                    .pause
                }
            })
            #expect(await eventually { pieces.count == 1 && server.open.value == 0 })
            try await client.handleArrivals()
            body.resume()
            #expect(await error?.code == .cut)
            #expect(pieces.texts == ["a", "b"])
        }
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "\u{16}\u{3}\u{1}\u{0}",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\n: x\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    ])
    func `anything but a valid response is a protocol violation`(_ answer: String) async throws {
        try await exchange(with: { peer in
            _ = try await peer.request()
            try await peer.send(answer)
            await peer.waitForClose()
        }) { client, _ in
            #expect(await failure(of: { try await client.exchange() })?.code == .protocolViolation)
        }
    }

    @Test(arguments: [1, 100])
    func `a head above 64 KB is refused`(_ fields: Int) async throws {
        try await exchange(with: { peer in
            _ = try await peer.request()
            let field = "X-Padding: " + String(repeating: "x", count: 70_000 / fields) + "\r\n"
            try await peer.send("HTTP/1.1 200 OK\r\n" + String(repeating: field, count: fields))
            await peer.waitForClose()
        }) { client, _ in
            let error = await failure(of: { try await client.exchange() })
            #expect(error?.code == .protocolViolation)
            #expect(error?.reason.contains("65536") == true)
        }
    }

    @Test func `an invalid compressed body is a protocol violation`() async throws {
        try await exchange(with: { peer in
            _ = try await peer.request()
            try await peer.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip")
            await peer.waitForClose()
        }) { client, _ in
            #expect(await failure(of: { try await client.exchange() })?.code == .protocolViolation)
        }
    }

    // MARK: Early responses

    @Test func `a response to a request still being sent is delivered, then the connection closed`() async throws {
        let answered = Counter()
        let closed = Counter()
        try await exchange(with: { peer in
            _ = try await peer.head()
            try await peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nlarge")
            #expect(await eventually { answered.value == 1 })
            await peer.waitForClose()
            closed.increment()
        }) { client, server in
            let body = [UInt8](repeating: 0x20, count: 64 << 20)
            let answer = try await client.exchange(body: body)
            #expect(answer == "413 large")
            answered.increment()
            #expect(await eventually { closed.value == 1 })
            #expect(server.accepted.value == 1)
        }
    }

    // MARK: Time limits

    @Test func `a connection that cannot be established ends at the connect timeout`() async throws {
        let configuration = Client.Configuration(connectTimeout: .milliseconds(200))
        // TLS to a server that never sends anything.
        try await TestServer.run(script: { await $0.waitForClose() }) { server in
            try await withClient(configuration, port: server.port, scheme: .https) { client in
                let error = await failure(of: { try await client.exchange() })
                #expect(error?.code == .connectTimeout)
                #expect(error?.requestWasSent == false)
                #expect(await eventually { server.open.value == 0 })
            }
        }
    }

    // MARK: Cancellation

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"])
    func `cancelling the task closes the connection at once`(_ beginning: String) async throws {
        let received = Counter()
        try await exchange(with: { peer in
            _ = try await peer.request()
            if !beginning.isEmpty { try await peer.send(beginning) }
            received.increment()
            await peer.waitForClose()
        }) { client, server in
            let task = Task(executorPreference: EventLoopTaskExecutor(client.eventLoop)) {
                await failure(of: { try await client.exchange() })
            }
            #expect(await eventually { received.value == 1 })
            try await client.handleArrivals()
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            #expect(await eventually { server.open.value == 0 })
        }
    }

    @Test func `a task that is already cancelled sends nothing`() async throws {
        try await exchange(with: { try await $0.serve("x") }) { client, server in
            let task = Task(executorPreference: EventLoopTaskExecutor(client.eventLoop)) {
                withUnsafeCurrentTask { $0?.cancel() }
                return await failure(of: { try await client.exchange() })
            }
            let error = await task.value
            #expect(error?.code == .cancelled)
            #expect(error?.requestWasSent == false)
            #expect(server.accepted.value == 0)
        }
    }

    @Test func `cancelling the body closes the connection at once`() async throws {
        try await exchange(with: { peer in
            _ = try await peer.request()
            try await peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n")
            await peer.waitForClose()
        }) { client, server in
            let body = try await client.send().body
            let pieces = Pieces()
            let error = await failure(of: {
                try await body.forEach { piece in
                    pieces.append(piece)
                    body.cancel()
                }
            })
            #expect(error?.code == .cancelled)
            #expect(pieces.texts == ["a"])
            #expect(await eventually { server.open.value == 0 })
        }
    }
}
