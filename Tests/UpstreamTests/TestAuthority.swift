import Foundation
import NIOSSL
import Upstream

/// A certificate authority that the openssl command creates for this test run.
struct TestAuthority: Sendable {
    /// Nil if the openssl command is not installed.
    static let shared = try? TestAuthority()

    private let folder: URL
    /// The authorities to configure in a client so that it trusts this authority.
    let authorities: Authorities

    /// A server's context with a certificate for `subject`, such as `DNS:localhost`.
    func serverContext(for subject: String) throws -> NIOSSLContext {
        let name = UUID().uuidString
        try issue(name, for: subject)
        let chain = try NIOSSLCertificate.fromPEMFile(folder.appending(path: "\(name).pem").path)
        let key = try NIOSSLPrivateKey(file: folder.appending(path: "\(name).key").path, format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
    }

    /// Creates an authority that is independent of ``shared``.
    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "upstream-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Self.openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority"
                + " -keyout ca.key -out ca.pem", in: folder)
        authorities = try Authorities(pem: Array(try Data(contentsOf: folder.appending(path: "ca.pem"))))
    }

    private func issue(_ name: String, for subject: String) throws {
        try Data("subjectAltName=\(subject)".utf8).write(to: folder.appending(path: "\(name).ext"))
        try Self.openssl(
            "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=\(name)"
                + " -keyout \(name).key -out \(name).csr", in: folder)
        try Self.openssl(
            "x509 -req -days 2 -in \(name).csr -CA ca.pem -CAkey ca.key -CAcreateserial -CAserial \(name).srl"
                + " -extfile \(name).ext -out \(name).pem", in: folder)
    }

    private static func openssl(_ arguments: String, in folder: URL) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments.split(separator: " ").map(String.init)
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw TestFailure("openssl \(arguments)") }
    }
}
