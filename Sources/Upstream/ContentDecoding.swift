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

    /// Whether a piece that arrives is still encoded.
    var isNeeded: Bool {
        if case .expected = self { true } else { false }
    }

    /// The head as the caller should see it.
    func decodedHead(_ head: HTTPResponseHead) -> HTTPResponseHead {
        guard isNeeded else { return head }
        var head = head
        head.headers.remove(name: "Content-Encoding")
        head.headers.remove(name: "Content-Length")
        return head
    }

    /// Puts the decompressor in front of `connection` and lets it have what it missed: the head, and the first piece.
    mutating func begin(
        with piece: ByteBuffer, before connection: Connection, _ context: ChannelHandlerContext
    ) throws {
        guard case .expected(let head) = self else { return }
        let decompressor = NIOHTTPResponseDecompressor(limit: .ratio(HTTPLimits.decompressionRatio))
        self = .running(decompressor)
        let pipeline = context.pipeline.syncOperations
        try pipeline.addHandler(decompressor, position: .before(connection))
        let itsContext = try pipeline.context(handler: decompressor)
        decompressor.channelRead(context: itsContext, data: NIOAny(HTTPClientResponsePart.head(head)))
        decompressor.channelRead(context: itsContext, data: NIOAny(HTTPClientResponsePart.body(piece)))
    }

    /// The body is over.
    mutating func end(_ context: ChannelHandlerContext) {
        if case .running(let decompressor) = self {
            context.pipeline.syncOperations.removeHandler(decompressor, promise: nil)
        }
        self = .none
    }
}
