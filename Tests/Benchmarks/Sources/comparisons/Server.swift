import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// The server for the comparison of clients: answers with 1 KB of JSON, or with a stream that never ends.
enum Server {
    /// Prints its port, then serves until the standard input ends, which the program that started it has open.
    static func run() async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
            .serverChannelOption(.backlog, value: 4096)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(Handler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        print(channel.localAddress?.port ?? 0)
        fflush(nil)
        _ = FileHandle.standardInput.readDataToEndOfFile()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private var streams = false

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): streams = head.uri == "/stream"
            case .body: break
            case .end: respond(context)
            }
        }

        private func respond(_ context: ChannelHandlerContext) {
            var head = HTTPResponseHead(version: .http1_1, status: .ok)
            head.headers.add(name: "Content-Type", value: streams ? "text/event-stream" : "application/json")
            let text = streams ? "data: {}\n\n" : #"{"text":"\#(String(repeating: "x", count: 1013))"}"#
            if !streams { head.headers.add(name: "Content-Length", value: "\(text.utf8.count)") }
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
            if streams {
                context.flush()
            } else {
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
