internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Why a connection did not come about, in words for the operator rather than for the library's developers.
struct ConnectFailure: CustomStringConvertible {
    let description: String

    init(_ error: any Error) {
        switch error {
        case let error as NIOConnectionError where !error.connectionErrors.isEmpty:
            description = error.connectionErrors.map { "\($0.error)" }.joined(separator: ", ")
        case let error as NIOConnectionError:
            description = "the name does not resolve (\(error.dnsAError ?? error.dnsAAAAError ?? error))"
        case NIOSSLError.handshakeFailed(.sslError(let errors)):
            description = "TLS handshake failed: " + errors.map { Self.reason("\($0)") }.joined(separator: ", ")
        case ChannelError.eof, NIOSSLError.uncleanShutdown:
            description = "the connection was closed"
        default:
            description = "\(error)"
        }
    }

    /// Of `Error: 1 error:2:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER at file:line` what says something.
    private static func reason(_ text: String) -> Substring {
        let end = text.firstRange(of: " at ")?.lowerBound ?? text.endIndex
        return text[..<end].split(separator: ":").last ?? text[..<end]
    }
}
