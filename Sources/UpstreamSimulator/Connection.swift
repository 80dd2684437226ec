import NIOCore
import NIOHTTP1

/// A client's connection: gathers each request, has it answered, and notices when the client goes.
///
/// One request at a time is all it sees; NIO's pipelining handler in front holds back the next until the reply has ended.
final class Connection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let service: Service
    private var number = 0
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    private var playback: Playback?

    init(service: Service) {
        self.service = service
    }

    func channelActive(context: ChannelHandlerContext) {
        number = service.journal.connectionOpened()
    }

    func channelInactive(context: ChannelHandlerContext) {
        service.journal.connectionClosed()
        playback?.clientClosed()
        playback = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            if head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" }) {
                let interim = HTTPResponseHead(version: head.version, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(interim)), promise: nil)
            }
        case .body(var part):
            body.writeBuffer(&part)
        case .end:
            guard let head else { return }
            let request = Request(head: head, body: body)
            self.head = nil
            body = ByteBuffer()
            respond(to: request, context: context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        playback?.advance()
    }

    /// A broken connection, or no HTTP: there is nobody left to answer.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func respond(to request: Request, context: ChannelHandlerContext) {
        let reply: Reply
        var entry: Int?
        if let answer = service.controlAnswer(to: request) {
            reply = Reply(action: .answer(answer))
        } else {
            entry = service.journal.add { request.recorded(number: $0, connection: number) }
            reply = service.reply(to: request)
        }
        let playback = Playback(
            of: reply, keepsAlive: request.isKeepAlive, journal: service.journal, entry: entry, context: context)
        self.playback = playback
        playback.start()
    }
}

extension Service {
    /// The answer to what asks for the journal: `/_simulator/requests` and `/_simulator/connections`. Needs no key and is
    /// not itself recorded.
    fileprivate func controlAnswer(to request: Request) -> Answer? {
        switch (request.head.method, request.path) {
        case (.GET, "/_simulator/requests"): return Answer(journal.requestsJSON)
        case (.GET, "/_simulator/connections"): return Answer(journal.connectionsJSON)
        case (.DELETE, "/_simulator/requests"):
            forgetRequests()
            return Answer(Array("[]".utf8))
        default: return nil
        }
    }
}
