internal import NIOCore
internal import NIOSSL

/// Whom we believe: makes the one TLS context that all connections share.
enum TrustStore {
    /// TLS 1.2 or newer, certificate chain and host name verified against the system's roots and those in `caFile`.
    static func makeContext(caFile: String?) throws(InvalidConfiguration) -> NIOSSLContext {
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
