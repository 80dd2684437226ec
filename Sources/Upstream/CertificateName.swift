internal import NIOSSL

extension NIOSSLCertificate {
    /// Whether one of the certificate's DNS names is `name` (RFC 9525, section 6.3).
    ///
    /// NIOSSL has already verified the chain and the name, but it also accepts a certificate for the socket's IP address. An
    /// attacker who spoofs DNS, or runs the proxy, could then impersonate any host with a certificate for their own address.
    func bears(_ name: String) -> Bool {
        let wanted = Self.labels(name.utf8)
        return _subjectAlternativeNames().contains { alternative in
            alternative.nameType == .dnsName && Self.matches(Self.labels(alternative.contents), wanted)
        }
    }

    private static func labels(_ name: some Sequence<UInt8>) -> [String] {
        var labels = String(decoding: Array(name), as: UTF8.self).lowercased()
            .split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        // A dot at the end makes a name absolute; it is still the same name.
        if labels.count > 1 && labels.last == "" { labels.removeLast() }
        return labels
    }

    /// Whether a name matches a pattern, in which an asterisk matches exactly the whole first label.
    private static func matches(_ pattern: [String], _ name: [String]) -> Bool {
        guard pattern.count == name.count else { return false }
        guard pattern.first == "*" else { return pattern == name }
        return pattern.count > 2 && pattern.dropFirst() == name.dropFirst()
    }
}
