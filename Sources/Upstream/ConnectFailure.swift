internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Why a connection could not be established, described for operators, not for developers of the library.
struct ConnectFailure: CustomStringConvertible {
    let description: String
    /// Whether it failed because this process or machine has too many open files.
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
            // A name may have several addresses, and attempts usually fail for the same reason.
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

    /// The relevant part of a text like `Error: 1 error:2:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER at file:line`.
    private static func word(in text: String) -> Substring {
        let end = text.firstRange(of: " at ")?.lowerBound ?? text.endIndex
        return text[..<end].split(separator: ":").last ?? text[..<end]
    }
}
