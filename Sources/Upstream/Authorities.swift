internal import NIOCore
internal import NIOSSL

/// Certificate authorities that are trusted in addition to the system's, such as a company's own.
public struct Authorities: Sendable {
    /// The TLS context for new connections. It is created in the initializer, because that takes milliseconds and must not
    /// block an event loop.
    let context: NIOSSLContext

    /// Reads certificates in PEM format (RFC 7468), and the system's certificates. Blocks for some milliseconds.
    ///
    /// - Parameter pem: the content of a file; text around the certificates is skipped.
    /// - Throws: `InvalidConfiguration` if there is no certificate, or one that cannot be read.
    public init(pem: [UInt8]) throws(InvalidConfiguration) {
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(pem), !certificates.isEmpty else {
            throw InvalidConfiguration("it cannot be read as a PEM file of certificates")
        }
        do {
            context = try NIOSSLContext(trusting: certificates)
        } catch {
            throw InvalidConfiguration("TLS cannot be set up with it: \(error)")
        }
    }
}

extension NIOSSLContext {
    /// Creates a context for TLS 1.2 or newer that verifies the host name, and the certificate chain against the system's roots
    /// and the given ones.
    convenience init(trusting authorities: [NIOSSLCertificate]) throws {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        // On close, send close_notify, but do not wait for upstream's.
        tls.shutdownTimeout = .zero
        if !authorities.isEmpty { tls.additionalTrustRoots = [.certificates(authorities)] }
        try self.init(configuration: tls)
    }
}
