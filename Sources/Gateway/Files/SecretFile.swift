/// A file that holds one secret and nothing else, as service managers, Docker, Kubernetes and the agents of vaults make them.
enum SecretFile {
    /// How many bytes it may have: far more than any secret.
    static let sizeLimit = 64 << 10

    /// The secret, without the line break that editors put behind it.
    static func parse(_ bytes: [UInt8]) throws(ValueFault) -> String {
        guard var text = String(validating: bytes, as: UTF8.self) else { throw ValueFault("is not UTF-8") }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        guard !text.isEmpty else { throw ValueFault("is empty") }
        return text
    }
}
