internal import Access
public import Gateway
internal import Settings
public import Upstream

/// Fetches the keys that tokens are signed with, to check the configured URL.
public enum PublishedKeysCheck {
    /// Fetches the keys. Runs on the client's event loop, to which its task must be pinned.
    ///
    /// - Returns: no findings if the configuration has no URL.
    public static func run(_ configuration: Configuration, _ client: Client) async -> [Finding] {
        let subject = ConfigurationKey.tokenKeysURL.rawValue
        do {
            guard let algorithms = try await configuration.access.fetchPublishedKeys(client, log: configuration.log)
            else {
                return []
            }
            let list = Set(algorithms).sorted().joined(separator: ", ")
            return [.ok(subject, "has \(algorithms.count) keys for \(list)")]
        } catch {
            return [
                .problem(subject, "\(error)", remedy: "it must be \(ConfigurationKey.tokenKeysURL.allowed)")
            ]
        }
    }
}
