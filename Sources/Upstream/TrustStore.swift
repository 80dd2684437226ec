internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// Whom we believe: has the one TLS context that all connections share.
///
/// Reading the system's certificates takes milliseconds and megabytes, which a plain CGI process or one whose upstream
/// is near must not pay: without a file to check, the context is made for the first connection that needs it.
final class TrustStore: Sendable {
    private let context: Mutex<NIOSSLContext?>

    /// - Throws: when the CA file cannot be used.
    init(caFile: String?) throws(InvalidConfiguration) {
        context = Mutex(caFile == nil ? nil : try Self.makeContext(caFile: caFile))
    }

    func tlsContext() throws -> NIOSSLContext {
        try context.withLock { context in
            if let context { return context }
            let made = try Self.makeContext(caFile: nil)
            context = made
            return made
        }
    }

    /// TLS 1.2 or newer, certificate chain and host name verified against the system's roots and those in `caFile`.
    private static func makeContext(caFile: String?) throws(InvalidConfiguration) -> NIOSSLContext {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        // Closing means now: say close_notify, but do not wait for upstream to say it too.
        tls.shutdownTimeout = .zero
        if let caFile {
            guard let authorities = try? NIOSSLCertificate.fromPEMFile(caFile), !authorities.isEmpty else {
                throw InvalidConfiguration("\(caFile) cannot be read as a PEM file of certificates")
            }
            tls.additionalTrustRoots = [.certificates(authorities)]
        }
        do {
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw InvalidConfiguration("TLS cannot be set up: \(error)")
        }
    }
}
