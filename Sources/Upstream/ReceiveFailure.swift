internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPCompression
internal import NIOSSL

/// The error code and reason for an error of the underlying libraries.
struct ReceiveFailure {
    let code: UpstreamError.Code
    let reason: String
    var isDecompression = false

    init(_ error: any Error) {
        switch error {
        case HTTPParserError.invalidEOFState, NIOSSLError.uncleanShutdown:
            code = .cut
            reason = "upstream closed the connection"
        case HTTPParserError.headerOverflow:
            code = .protocolViolation
            reason = "the response's head is longer than \(HTTPLimits.headByteCount) bytes"
        case is HTTPParserError, is NIOHTTPDecoderError:
            code = .protocolViolation
            reason = "not HTTP/1 (\(error))"
        case is NIOHTTPDecompression.DecompressionError, is NIOHTTPDecompression.ExtraDecompressionError:
            code = .protocolViolation
            reason = "the body cannot be decompressed (\(error))"
            isDecompression = true
        default:
            code = .cut
            reason = "the connection failed (\(error))"
        }
    }
}
