import JSON
import NIOCore
import NIOHTTP1
import NIOPosix

/// A request that a test sends.
struct Request {
    var method = HTTPMethod.POST
    var path = "/v1/responses"
    var headers: HTTPHeaders = ["host": "localhost", "authorization": "Bearer sk-test"]
    var body = ""

    static func post(_ path: String, _ body: String, headers: [(String, String)] = []) -> Request {
        var request = Request(path: path, body: body)
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        return request
    }

    static func get(_ path: String) -> Request { Request(method: .GET, path: path) }

    /// A request for a response to a text input.
    static func ask(_ input: String, stream: Bool = false, headers: [(String, String)] = []) -> Request {
        var writer = Writer()
        writer.object {
            $0.member("model", "gpt-5")
            $0.member("input", input)
            $0.member("stream", stream)
        }
        return post("/v1/responses", String(decoding: writer.bytes, as: UTF8.self), headers: headers)
    }

    /// A request for a response of a model. `options` are further members of the body.
    static func response(of model: String, _ text: String = "Hello", options: String = "") -> Request {
        post("/v1/responses", #"{"model":"\#(model)","input":"\#(text)"\#(options)}"#)
    }

    /// A request for a chat completion. `options` are further members of the body.
    static func chat(_ text: String = "Hello", of model: String = "gpt-5", options: String = "") -> Request {
        post(
            "/v1/chat/completions",
            #"{"model":"\#(model)","messages":[{"role":"user","content":"\#(text)"}]\#(options)}"#)
    }
}

/// The response to a request.
struct Reply {
    var status = 0
    var headers = HTTPHeaders()
    var body: [UInt8] = []
    /// Whether the response is complete according to HTTP.
    var isComplete = false

    var text: String { String(decoding: body, as: UTF8.self) }

    func json() throws -> Value { try Document(parsing: body).root }

    /// The error in the body; nil if there is none.
    func refusal() throws -> Refusal? {
        try json()["error"].map { error in
            Refusal(
                status: status, message: error["message"]?.string ?? "", param: error["param"]?.string,
                code: error["code"]?.string)
        }
    }

    /// The values of the stream's `data` lines.
    var data: [String] {
        text.split(separator: "\n").filter { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) }
    }

    func events() throws -> [Value] {
        try data.filter { $0 != "[DONE]" }.map { try Document(parsing: Array($0.utf8)).root }
    }
}

/// An API error with its status.
struct Refusal: Equatable {
    var status = 400
    let message: String
    let param: String?
    let code: String?
}

/// A minimal HTTP client.
enum Client {
    /// Sends the requests one after the other over one connection and returns the response to the last one.
    ///
    /// - Parameter goodEvents: the number of events after which the client closes the connection.
    static func send(_ requests: Request..., to port: Int, leavingAfter goodEvents: Int = .max) async throws -> Reply {
        try await send(requests, to: port, leavingAfter: goodEvents)
    }

    static func send(_ requests: [Request], to port: Int, leavingAfter goodEvents: Int = .max) async throws -> Reply {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var parts = inbound.makeAsyncIterator()
            var reply = Reply()
            for request in requests {
                var head = HTTPRequestHead(
                    version: .http1_1, method: request.method, uri: request.path, headers: request.headers)
                head.headers.add(name: "content-length", value: String(request.body.utf8.count))
                try await outbound.write(.head(head))
                try await outbound.write(.body(.byteBuffer(ByteBuffer(string: request.body))))
                try await outbound.write(.end(nil))
                reply = await read(from: &parts, atMost: goodEvents)
            }
            return reply
        }
    }

    private static func read(
        from parts: inout NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator, atMost events: Int
    ) async -> Reply {
        var reply = Reply()
        // If the connection breaks, the response contains what was received.
        while let part = try? await parts.next(isolation: #isolation) {
            switch part {
            case .head(let head): (reply.status, reply.headers) = (Int(head.status.code), head.headers)
            case .body(let bytes): reply.body += bytes.readableBytesView
            case .end:
                reply.isComplete = true
                return reply
            }
            if events < .max, reply.data.count >= events { return reply }
        }
        return reply
    }
}
