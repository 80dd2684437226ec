import EventLoops
import NIOCore
import NIOPosix
import Testing
import Upstream

@Suite(.timeLimit(.minutes(1)))
struct KeptConnectionTests {
    @Test func `consecutive requests share a connection`() async throws {
        try await exchange(with: { peer in try await peer.serve("\(peer.number)") }) { client, server in
            for _ in 1...20 {
                let answer = try await client.exchange()
                #expect(answer == "200 1")
            }
            #expect(server.accepted.value == 1)
        }
    }

    @Test func `the most recently used idle connection is used next`() async throws {
        let arrived = Counter()
        let quickIsDone = Counter()
        try await exchange(with: { peer in
            while let request = try await peer.request() {
                arrived.increment()
                #expect(await eventually { arrived.value >= 2 })
                if request.hasPrefix("POST /slow") { #expect(await eventually { quickIsDone.value == 1 }) }
                try await peer.respond("\(peer.number)")
            }
        }) { client, server in
            async let slow = client.exchange("/slow")
            _ = try await client.exchange("/quick")
            quickIsDone.increment()
            let last = try await slow
            for _ in 1...3 {
                let answer = try await client.exchange()
                #expect(answer == last)
            }
            #expect(server.accepted.value == 2)
        }
    }

    @Test func `idle connections are kept per origin`() async throws {
        try await TestServer.run(script: { try await $0.serve("a") }) { one in
            try await exchange(with: { try await $0.serve("b") }) { client, two in
                var other = TestClient(client: client.client, eventLoop: client.eventLoop, port: one.port)
                for _ in 1...3 {
                    #expect(try await client.exchange("/") == "200 b")
                    #expect(try await other.exchange("/") == "200 a")
                }
                other.host = "localhost"
                let answer = try await other.exchange()
                #expect(answer == "200 a")
                #expect(one.accepted.value == 2)
                #expect(two.accepted.value == 1)
            }
        }
    }

    @Test func `a connection with an announced close is not used again`() async throws {
        try await exchange(with: { peer in
            _ = try await peer.request()
            try await peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n\(peer.number)")
            await peer.waitForClose()
        }) { client, _ in
            for number in 1...3 {
                let answer = try await client.exchange()
                #expect(answer == "200 \(number)")
            }
        }
    }

    @Test func `a connection that upstream closes while idle is not used again`() async throws {
        try await exchange(with: { peer in
            _ = try await peer.request()
            try await peer.respond("\(peer.number)")
        }) { client, server in
            for number in 1...3 {
                let answer = try await client.exchange()
                #expect(answer == "200 \(number)")
                #expect(await eventually { server.open.value == 0 })
                try await client.handleArrivals()
            }
        }
    }

    @Test func `a request that meets a stale connection can be sent on a new one`() async throws {
        let requests = Counter()
        try await exchange(with: { peer in
            while try await peer.request() != nil {
                // Every connection serves one request and closes when the next one arrives.
                if requests.increment() % 2 == 0 { return }
                try await peer.respond("\(peer.number)")
            }
        }) { client, server in
            for number in 1...5 {
                let answer = try await client.exchange()
                #expect(answer == "200 \(number)")
            }
            #expect(server.accepted.value == 5)
            #expect(requests.value == 9)
        }
    }

    @Test func `after a stale connection, a new one is used even if others are idle`() async throws {
        let isOver = Counter()
        try await exchange(with: { peer in
            while try await peer.request() != nil {
                if isOver.value > 0 && peer.number <= 3 { return }
                try await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")
                #expect(await eventually { isOver.value > 0 || peer.number > 3 || peer.number == 3 })
                try await peer.send("\(peer.number)")
                if peer.number == 3 { isOver.increment() }
            }
        }) { client, server in
            let responses = [try await client.send(), try await client.send(), try await client.send()]
            for response in responses { _ = try await response.body.text() }
            let answer = try await client.exchange()
            #expect(answer == "200 4")
            #expect(server.accepted.value == 4)
        }
    }

    @Test func `a new connection that closes without a response is an error without a retry`() async throws {
        let requests = Counter()
        try await exchange(with: { peer in
            _ = try await peer.request()
            requests.increment()
        }) { client, _ in
            let error = await failure(of: { try await client.exchange() })
            #expect(error?.code == .cut)
            #expect(error?.operation == .receiveHead)
            #expect(error?.requestWasSent == true)
            #expect(requests.value == 1)
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "HTTP/1.1 200 OK\r\nContent-Len", "HTTP/1.1 200 OK\r\nX: y",
        "HTTP", "x", "HTTP/1.1 200 OK\r\n",
    ])
    func `bytes after a response are not the response to the next request`(_ more: String) async throws {
        try await exchange(with: { peer in
            while try await peer.request() != nil {
                try await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood" + more)
            }
        }) { client, server in
            for number in 1...3 {
                let answer = try await client.exchange()
                #expect(answer == "200 good")
                #expect(server.accepted.value == number)
            }
        }
    }

    @Test func `bytes on an idle connection end it`() async throws {
        let ended = Counter()
        try await exchange(with: { peer in
            _ = try await peer.request()
            try await peer.respond("\(peer.number)")
            #expect(await eventually { ended.value == 1 })
            try await peer.send("HTTP/1.1 200 OK\r\n")
            await peer.waitForClose()
        }) { client, server in
            _ = try await client.exchange()
            ended.increment()
            #expect(await eventually { server.open.value == 0 })
            let answer = try await client.exchange()
            #expect(answer == "200 2")
        }
    }

    @Test func `the number and the age of idle connections are limited`() async throws {
        let configuration = Client.Configuration(maximumIdleConnections: 2, keepTime: .milliseconds(200))
        try await exchange(configuration, with: { try await $0.serve("x") }) { client, server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...8 { group.addTask { _ = try await client.exchange() } }
                try await group.waitForAll()
            }
            #expect(await eventually { server.open.value <= 2 })
            #expect(await eventually { server.open.value == 0 })
        }
    }

    @Test func `under steady traffic, an old connection is replaced without failing a request`() async throws {
        let configuration = Client.Configuration(maximumAge: .milliseconds(100))
        try await exchange(configuration, with: { try await $0.serve("x") }) { client, server in
            for _ in 1...10_000 where server.accepted.value < 4 {
                let answer = try await client.exchange()
                #expect(answer == "200 x")
            }
            #expect(server.accepted.value == 4)
            // An old idle connection is closed without a further request.
            #expect(await eventually { server.open.value == 0 })
        }
    }

    @Test func `hundreds of concurrent requests on two event loops end and leave no connection`() async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        try await TestServer.run(script: { try await $0.serve("x") }) { server in
            let client = Client(configuration: Client.Configuration(), eventLoopGroup: loops)
            let answers = Counter()
            await withTaskGroup(of: Void.self) { group in
                for number in 1...300 {
                    let eventLoop = loops.next()
                    let user = TestClient(client: client, eventLoop: eventLoop, port: server.port)
                    group.addTask(executorPreference: EventLoopTaskExecutor(eventLoop)) {
                        for _ in 1...3 where (try? await user.exchange("/\(number)")) == "200 x" {
                            answers.increment()
                        }
                    }
                }
            }
            #expect(answers.value == 900)
            #expect(server.accepted.value <= 300)
            await client.shutdown()
            #expect(await eventually { server.open.value == 0 })
        }
        try await loops.shutdownGracefully()
    }
}
