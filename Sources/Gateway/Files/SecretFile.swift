#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A file that holds one secret and nothing else, as service managers, Docker, Kubernetes and the agents of vaults make them.
enum SecretFile {
    /// The secret, without the line break that editors put behind it.
    static func read(_ path: String) throws(ValueFault) -> String {
        guard var text = try? String(contentsOfFile: path, encoding: .utf8) else { throw ValueFault("cannot be read") }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        guard !text.isEmpty else { throw ValueFault("is empty") }
        return text
    }
}
