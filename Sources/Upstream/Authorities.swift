internal import NIOCore
internal import NIOSSL

/// Certificate authorities that are trusted beside the system's, such as a company's own.
public struct Authorities: Sendable {
    /// What new connections need to trust them. It is made here because that takes milliseconds, which event loops do not have.
    let context: NIOSSLContext

    /// Reads certificates in PEM (RFC 7468), and the system's. It blocks for milliseconds.
    ///
    /// - Parameter pem: the content of a file; text around the certificates is skipped.
    /// - Throws: `InvalidConfiguration` when there is no certificate, or one that cannot be read.
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
    /// TLS 1.2 or newer, certificate chain and host name verified against the system's roots and the given ones.
    convenience init(trusting authorities: [NIOSSLCertificate]) throws {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        // Closing means now: say close_notify, but do not wait for upstream to say it too.
        tls.shutdownTimeout = .zero
        if !authorities.isEmpty { tls.additionalTrustRoots = [.certificates(authorities)] }
        try self.init(configuration: tls)
    }
}
