public import Upstream

/// Fetches the keys that tokens are signed with, to see whether they are where the configuration says.
public enum PublishedKeysCheck {
    /// Runs on the client's event loop, where its task must be.
    ///
    /// - Returns: what was found, in a few words; nil when the configuration names no address.
    /// - Throws: when there is nothing of use.
    public static func run(_ configuration: Configuration, _ client: Client) async throws -> String? {
        guard case .published(let address)? = configuration.access.tokens?.keys else { return nil }
        let keySet = try await PublishedKeys(address, client: client, log: configuration.log).read()
        return
            "has \(keySet.keys.count) keys for \(Set(keySet.keys.map(\.algorithm.rawValue)).sorted().joined(separator: ", "))"
    }
}
