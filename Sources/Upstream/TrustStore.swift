internal import NIOSSL
internal import Synchronization

/// Holds the TLS context, with the trusted certificates, that all new connections share.
///
/// Reading the system's certificates costs milliseconds and megabytes. Plain CGI processes, and processes whose upstream uses
/// no TLS, must not pay for it. Without additional authorities, the context is therefore created for the first connection that
/// needs it.
final class TrustStore: Sendable {
    private let context: Mutex<NIOSSLContext?>

    init(_ authorities: Authorities?) {
        context = Mutex(authorities?.context)
    }

    func tlsContext() throws -> NIOSSLContext {
        try context.withLock { context in
            if let context { return context }
            let made = try NIOSSLContext(trusting: [])
            context = made
            return made
        }
    }

    /// Replaces the additional authorities for new connections.
    func trust(_ authorities: Authorities) {
        context.withLock { $0 = authorities.context }
    }
}
