import NIOCore
import NIOHTTP1

/// A client's connection: collects each request, starts its response, and detects when the client disconnects.
///
/// It handles one request at a time: NIO's pipelining handler holds back the next until the response has ended.
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

    /// The connection is broken or its data is not HTTP, so there is no response to send.
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
    /// The response to a request for the journal: `/_simulator/requests` and `/_simulator/connections`. Such requests need no
    /// key and are not recorded. Nil for other requests.
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
