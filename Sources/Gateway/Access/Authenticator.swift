internal import CGI

/// Decides who the caller is, by the key in `X-API-KEY` or `Authorization: Bearer`.
///
/// Where both are there, both must hold the key. A header that the web server has joined of several does not match.
struct Authenticator: Sendable {
    private let key: [UInt8]

    init(key: String) {
        self.key = Array(key.utf8)
    }

    /// The caller; nil when the request does not show that it is one.
    func caller(of request: CGI.Request) -> Caller? {
        var presented: [String] = []
        if let header = request.header("x-api-key") { presented.append(header) }
        if let header = request.header("authorization") {
            guard let token = Self.bearerToken(header) else { return nil }
            presented.append(token)
        }
        guard !presented.isEmpty else { return nil }
        // No short cut: how long the answer takes tells nothing about which key was wrong.
        let matches = presented.reduce(true) { $0 && isKey($1) }
        return matches ? Caller(label: "default") : nil
    }

    /// RFC 6750, section 2.1; the scheme's name in any case (RFC 9110, section 11.1).
    private static func bearerToken(_ header: String) -> String? {
        let scheme = "bearer ".utf8
        let start = header.utf8.prefix(scheme.count)
        guard start.elementsEqual(scheme, by: { $0 == $1 || $0 | 0x20 == $1 }) else { return nil }
        return String(header[start.endIndex...])
    }

    /// Compares in a time that depends on the presented key's length alone.
    private func isKey(_ presented: String) -> Bool {
        let presented = Array(presented.utf8)
        var difference = presented.count ^ key.count
        var index = 0
        for byte in presented {
            difference |= Int(byte ^ key[index])
            index = index + 1 == key.count ? 0 : index + 1
        }
        return difference == 0
    }
}
