internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPCompression

/// Undoes gzip and deflate (RFC 9110, section 8.4) for an upstream that compresses although it was asked not to.
///
/// The decompressor stands in the pipeline only while a compressed body passes: everybody else's pieces should not pay
/// for it. It is put there by the first piece, so that a response without a body is no truncated archive.
enum ContentDecoding {
    case none
    case expected(HTTPResponseHead)
    case running(NIOHTTPResponseDecompressor)

    init(_ head: HTTPResponseHead) {
        let coding = head.headers.first(name: "Content-Encoding")?.lowercased()
        self = coding == "gzip" || coding == "deflate" ? .expected(head) : .none
    }

    /// The head as the caller should see it.
    func decodedHead(_ head: HTTPResponseHead) -> HTTPResponseHead {
        guard case .expected = self else { return head }
        var head = head
        head.headers.remove(name: "Content-Encoding")
        head.headers.remove(name: "Content-Length")
        return head
    }
}

extension NIOHTTPResponseDecompressor {
    /// Takes its place in front of `connection` and is told what it has missed: the head, and the first piece.
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
