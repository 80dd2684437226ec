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
            if let failure = $0 as? LookupFailure { return failure.isForWantOfDescriptors }
            guard let code = ($0 as? IOError)?.errnoCode else { return false }
            return code == EMFILE || code == ENFILE
        }
        description = Self.reason(error)
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError where !error.connectionErrors.isEmpty:
            // A name may have several addresses, which mostly fail for the same reason.
            var reasons: [String] = []
            for reason in error.connectionErrors.map({ Self.reason($0.error) }) where !reasons.contains(reason) {
                reasons.append(reason)
            }
            return reasons.joined(separator: ", ")
        case let failure as LookupFailure:
            return "the name does not resolve: \(failure)"
        case let error as IOError:
            return String(cString: strerror(error.errnoCode))
        case NIOSSLError.handshakeFailed(.sslError(let errors)):
            return "TLS handshake failed: " + errors.map { Self.word(in: "\($0)") }.joined(separator: ", ")
        case ChannelError.eof, NIOSSLError.uncleanShutdown:
            return "the connection was closed"
        default:
            return "\(error)"
        }
    }

    /// Of `Error: 1 error:2:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER at file:line` what says something.
    private static func word(in text: String) -> Substring {
        let end = text.firstRange(of: " at ")?.lowerBound ?? text.endIndex
        return text[..<end].split(separator: ":").last ?? text[..<end]
    }
}
