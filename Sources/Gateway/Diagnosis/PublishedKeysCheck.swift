public import Upstream

/// Fetches the keys that tokens are signed with, to see whether they are where the configuration says.
public enum PublishedKeysCheck {
    /// Runs on the client's event loop, where its task must be.
    ///
    /// - Returns: nothing when the configuration names no address.
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
