internal import NIOSSL
internal import Synchronization

/// Which certificates are believed: has the TLS context that all new connections share.
///
/// Reading the system's certificates takes milliseconds and megabytes, which a plain CGI process, or one whose upstream
/// speaks no TLS, must not pay: as long as they are all that is trusted, the context is made for the first connection that needs
/// it.
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

    /// Trusts these authorities in connections that are made from now on, in place of the previous ones.
    func trust(_ authorities: Authorities) {
        context.withLock { $0 = authorities.context }
    }
}
