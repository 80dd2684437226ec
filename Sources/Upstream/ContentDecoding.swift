internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPCompression

/// Decodes gzip and deflate (RFC 9110, section 8.4), in case upstream compresses the response, even if it was not asked to.
///
/// The decompressor is in the pipeline only while a compressed body is received, so that uncompressed responses do not pay for
/// it. It is added when the first piece arrives; otherwise a response without a body would be treated as truncated data.
enum ContentDecoding {
    case none
    case expected(HTTPResponseHead)
    case running(NIOHTTPResponseDecompressor)

    init(_ head: HTTPResponseHead) {
        let coding = head.headers.first(name: "Content-Encoding")?.lowercased()
        self = coding == "gzip" || coding == "deflate" ? .expected(head) : .none
    }

    /// The head without the fields that do not describe the decoded body.
    func decodedHead(_ head: HTTPResponseHead) -> HTTPResponseHead {
        guard case .expected = self else { return head }
        var head = head
        head.headers.remove(name: "Content-Encoding")
        head.headers.remove(name: "Content-Length")
        return head
    }
}

extension NIOHTTPResponseDecompressor {
    /// Adds itself to the pipeline before `connection`, and processes the head and the first piece, which have already arrived.
    func join(
        _ pipeline: ChannelPipeline.SynchronousOperations, before connection: Connection, head: HTTPResponseHead,
        piece: ByteBuffer
    ) throws {
        try pipeline.addHandler(self, position: .before(connection))
        let context = try pipeline.context(handler: self)
        channelRead(context: context, data: NIOAny(HTTPClientResponsePart.head(head)))
        channelRead(context: context, data: NIOAny(HTTPClientResponsePart.body(piece)))
    }
}
