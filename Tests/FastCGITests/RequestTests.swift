import CGI
import FastCGI
import Testing

extension ServerTests {
    @Suite struct Requests {
        @Test func `a GET gets a response`() async throws {
            let handler: Server.Handler = { request, sink, _ in
                let text = "\(request.method) \(request.path)?\(request.query ?? "-")"
                await ResponseWriter(sink).respond(ResponseHead(status: 200), body: Array(text.utf8))
            }
            try await withServer(handler: handler) { _, path in
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request(parameters: ["SCRIPT_NAME": "/v1/models", "QUERY_STRING": "a=b"]))
                let response = try peer.readResponse()
                #expect(response.text == "Status: 200 OK\r\nContent-Length: 18\r\n\r\nGET /v1/models?a=b")
                #expect(response.protocolStatus == 0)
                #expect(peer.isClosedByServer())
            }
        }

        @Test(arguments: [0, 1, 8191, 8192, 8193, 5_000_000])
        func `a body arrives whole`(size: Int) async throws {
            try await withServer(handler: echo) { _, path in
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request("POST", body: pattern(size)))
                #expect(try peer.readResponse().body.elementsEqual(pattern(size)))
            }
        }

        @Test(arguments: [0, 1, 100_000])
        func `a body without a length is read to its end`(size: Int) async throws {
            try await withServer(handler: echo) { _, path in
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request("POST", parameters: ["CONTENT_LENGTH": ""], body: pattern(size)))
                #expect(try peer.readResponse().body.elementsEqual(pattern(size)))
            }
        }

        @Test func `many variables and long variables arrive`() async throws {
            let long = String(repeating: "é", count: 40_000)
            let handler: Server.Handler = { request, sink, _ in
                let found = (0..<2000).allSatisfy { request.parameters["V\($0)"] == "value \($0)" }
                let text = "\(found) \(request.parameters["LONG"] == long) \(request.parameters["SHORT"] ?? "-")"
                await ResponseWriter(sink).respond(ResponseHead(status: 200), body: Array(text.utf8))
            }
            try await withServer(handler: handler) { _, path in
                var content = Record.pair("SHORT", "four bytes of length", longForm: true) + Record.pair("LONG", long)
                for index in 0..<2000 { content += Record.pair("V\(index)", "value \(index)") }
                let peer = try WebServer(connectingTo: path)
                peer.send(
                    Record.begin() + Record.stream(Record.parameters, content, recordSize: 1000)
                        + Record.stream(Record.standardInput, []))
                #expect(try peer.readResponse().text.hasSuffix("\r\n\r\ntrue true four bytes of length"))
            }
        }

        @Test func `invalid UTF-8 in a variable is replaced`() async throws {
            let handler: Server.Handler = { request, sink, _ in
                let text = request.parameters["HTTP_X_NAME"] ?? "-"
                await ResponseWriter(sink).respond(ResponseHead(status: 200), body: Array(text.utf8))
            }
            try await withServer(handler: handler) { _, path in
                let peer = try WebServer(connectingTo: path)
                let pair: [UInt8] = [11, 3] + Array("HTTP_X_NAME".utf8) + [0x61, 0xFF, 0x62]
                peer.send(
                    Record.begin() + Record.stream(Record.parameters, pair) + Record.stream(Record.standardInput, []))
                #expect(try peer.readResponse().text.hasSuffix("a\u{FFFD}b"))
            }
        }

        @Test(arguments: ["", "20000", "99999999999999999999"])
        func `a body over the limit is rejected, and the connection stays usable`(length: String) async throws {
            var limits = Server.Limits()
            limits.maxBody = 10_000
            try await withServer(limits: limits, handler: echo) { _, path in
                let peer = try WebServer(connectingTo: path)
                let parameters = ["CONTENT_LENGTH": length]
                peer.send(Record.request("POST", parameters: parameters, body: pattern(20_000), keep: true))
                #expect(try peer.readResponse().text.hasSuffix("too large for 10000"))
                peer.send(Record.request("POST", body: pattern(100), keep: true))
                #expect(try peer.readResponse().body.elementsEqual(pattern(100)))
            }
        }

        @Test(arguments: ["", "20000"])
        func `a body over the memory budget is rejected, and the connection stays usable`(length: String) async throws {
            var limits = Server.Limits()
            limits.memory = MemoryBudget(capacity: 10_000)
            try await withServer(limits: limits, handler: echo) { _, path in
                let peer = try WebServer(connectingTo: path)
                let parameters = ["CONTENT_LENGTH": length]
                peer.send(Record.request("POST", parameters: parameters, body: pattern(20_000), keep: true))
                #expect(try peer.readResponse().text.hasSuffix("no memory"))
                // Each request's memory is released for the next.
                for _ in 1...3 {
                    peer.send(Record.request("POST", body: pattern(6_000), keep: true))
                    #expect(try peer.readResponse().body.elementsEqual(pattern(6_000)))
                }
            }
        }

        @Test func `a body waits briefly for another's memory to be released`() async throws {
            var limits = Server.Limits()
            limits.memory = MemoryBudget(capacity: 100_000)
            let (hasCome, mayGo) = (Flag(), Flag())
            let handler: Server.Handler = { request, sink, _ in
                guard let body = try? await request.body.receive() else { return }
                if request.parameters["FIRST"] != nil {
                    hasCome.raise()
                    await mayGo.wait()
                }
                await ResponseWriter(sink).respond(ResponseHead(status: 200), body: body.bytes)
                withExtendedLifetime(body.memory) {}
            }
            try await withServer(limits: limits, handler: handler) { _, path in
                let (first, second) = (try WebServer(connectingTo: path), try WebServer(connectingTo: path))
                first.send(Record.request("POST", parameters: ["FIRST": "1"], body: pattern(60_000)))
                await eventually("the first has arrived") { hasCome.isRaised }
                second.send(Record.request("POST", body: pattern(60_000)))
                await eventually("the second one waits") { limits.memory.waiterCount == 1 }
                mayGo.raise()
                #expect(try first.readResponse().body.count == 60_000)
                #expect(try second.readResponse().body.count == 60_000)
            }
        }

        @Test func `a body of exactly the limit is accepted`() async throws {
            var limits = Server.Limits()
            limits.maxBody = 10_000
            try await withServer(limits: limits, handler: echo) { _, path in
                for length in ["", "10000"] {
                    let peer = try WebServer(connectingTo: path)
                    peer.send(Record.request("POST", parameters: ["CONTENT_LENGTH": length], body: pattern(10_000)))
                    #expect(try peer.readResponse().body.elementsEqual(pattern(10_000)))
                }
            }
        }

        @Test(arguments: ["5", "500", "x", "-1", "+50"])
        func `a body whose length differs from CONTENT_LENGTH is incomplete`(length: String) async throws {
            try await withServer(handler: echo) { _, path in
                let peer = try WebServer(connectingTo: path)
                let parameters = ["CONTENT_LENGTH": length]
                peer.send(Record.request("POST", parameters: parameters, body: pattern(50), keep: true))
                #expect(try peer.readResponse().text.hasSuffix("incomplete"))
                #expect(peer.isClosedByServer())
            }
        }

        @Test func `a request that arrives too slowly gets an error`() async throws {
            var limits = Server.Limits()
            limits.uploadTimeout = .milliseconds(100)
            try await withServer(limits: limits, handler: echo) { _, path in
                let peer = try WebServer(connectingTo: path)
                let bytes = Record.request("POST", body: pattern(50), keep: true)
                peer.send(Array(bytes.dropLast(20)))
                #expect(try peer.readResponse().text.hasSuffix("too slow"))
                #expect(peer.isClosedByServer())
                let silent = try WebServer(connectingTo: path)
                silent.send([1])
                #expect(silent.isClosedByServer())
            }
        }

        @Test(arguments: [2, 3, 9] as [UInt8])
        func `requests for roles other than responder are rejected`(role: UInt8) async throws {
            try await withServer(handler: echo) { _, path in
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.begin(role: role, keep: true))
                #expect(try peer.readResponse().protocolStatus == 3)
                #expect(peer.isClosedByServer())
            }
        }

        @Test func `a connection that starts with an invalid record is closed, not the server`() async throws {
            try await withServer(handler: echo) { _, path in
                let openings: [[UInt8]] = [
                    [UInt8]("GET / HTTP/1.0\r\n\r\n".utf8), [0], [1, 4], [2, 1],
                ]
                for opening in openings {
                    let peer = try WebServer(connectingTo: path)
                    peer.send(opening)
                    #expect(peer.isClosedByServer())
                }
                let late = try WebServer(connectingTo: path)
                late.send([1])
                late.send([3])
                #expect(late.isClosedByServer())
                let peer = try WebServer(connectingTo: path)
                peer.send(Record.request("POST", body: [1, 2, 3]))
                #expect(try peer.readResponse().body == [1, 2, 3])
            }
        }

        @Test func `a request cut off in its variables is dropped`() async throws {
            try await withServer(handler: echo) { server, path in
                let peer = try WebServer(connectingTo: path)
                peer.send(Array(Record.request().prefix(30)))
                await eventually("it is being read") { server.liveRequestCount == 1 }
                peer.leave()
                await eventually("it is dropped") { server.liveRequestCount == 0 }
            }
        }
    }
}
