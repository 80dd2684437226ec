public import Upstream

/// Fetches the keys that tokens are signed with, to check the configured URL.
public enum PublishedKeysCheck {
    /// Fetches the keys. Runs on the client's event loop, to which its task must be pinned.
    ///
    /// - Returns: no findings if the configuration has no URL.
    public static func run(_ configuration: Configuration, _ client: Client) async -> [Finding] {
        guard case .published(let address)? = configuration.access.tokens?.keys else { return [] }
        let subject = ConfigurationKey.tokenKeysURL.rawValue
        do {
            let keySet = try await PublishedKeys(address, client: client, log: configuration.log).read()
            let algorithms = Set(keySet.keys.map(\.algorithm.rawValue)).sorted().joined(separator: ", ")
            return [.ok(subject, "has \(keySet.keys.count) keys for \(algorithms)")]
        } catch {
            return [
                .problem(subject, "\(error)", remedy: "it must be \(ConfigurationKey.tokenKeysURL.allowed)")
            ]
        }
    }
}
