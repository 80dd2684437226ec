internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Why a connection did not come about, in words for the operator rather than for the library's developers.
struct ConnectFailure: CustomStringConvertible {
    let description: String
    /// Whether it is this machine that could not, for it has too many files open.
    let isForWantOfDescriptors: Bool

    init(_ error: any Error) {
        let errors = (error as? NIOConnectionError)?.connectionErrors.map(\.error) ?? [error]
        isForWantOfDescriptors = errors.contains {
            guard let code = ($0 as? IOError)?.errnoCode else { return false }
            return code == EMFILE || code == ENFILE
        }
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
