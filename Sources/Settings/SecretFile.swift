/// A file that contains only one secret, as service managers, Docker, Kubernetes and vault agents create it.
enum SecretFile {
    /// The maximum size of the file, in bytes: far more than any secret.
    static let sizeLimit = 64 << 10

    /// The secret, without the trailing line break that editors add.
    static func parse(_ bytes: [UInt8]) throws(ValueFault) -> String {
        guard var text = String(validating: bytes, as: UTF8.self) else { throw ValueFault("is not UTF-8") }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        guard !text.isEmpty else { throw ValueFault("is empty") }
        return text
    }
}
