internal import NIOSSL

extension NIOSSLCertificate {
    /// Whether one of the certificate's DNS names is `name` (RFC 9525, section 6.3).
    ///
    /// The library has verified chain and name by then, but is content with a certificate for the address that the
    /// socket happens to be connected to. That would let whoever forges a name's address, or runs the proxy, pass for any
    /// host with a certificate for his own address.
    func bears(_ name: String) -> Bool {
        let wanted = Self.labels(name.utf8)
        return _subjectAlternativeNames().contains { alternative in
            alternative.nameType == .dnsName && Self.matches(Self.labels(alternative.contents), wanted)
        }
    }

    private static func labels(_ name: some Sequence<UInt8>) -> [String] {
        var labels = String(decoding: Array(name), as: UTF8.self).lowercased()
            .split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        // A dot at the end makes a name absolute and no other name.
        if labels.count > 1 && labels.last == "" { labels.removeLast() }
        return labels
    }

    /// An asterisk stands for the whole first label and nothing else.
    private static func matches(_ pattern: [String], _ name: [String]) -> Bool {
        guard pattern.count == name.count else { return false }
        guard pattern.first == "*" else { return pattern == name }
        return pattern.count > 2 && pattern.dropFirst() == name.dropFirst()
    }
}
