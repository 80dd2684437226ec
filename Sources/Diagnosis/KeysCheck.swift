internal import Access
internal import Files
public import Gateway
internal import Settings
internal import Threads

/// Finds callers' keys that expire soon or have expired.
public enum KeysCheck {
    private static let soon = 14.0 * 24 * 3600

    /// - Returns: no findings if there is no keys file.
    public static func run(_ configuration: Configuration) -> [Finding] {
        guard let entries = configuration.access.keyEntries else { return [] }
        let subject = ConfigurationKey.keysFile.rawValue
        let now = Clock.system.secondsSince1970
        let findings = entries.compactMap { entry -> Finding? in
            guard let rest = entry.expires.map({ $0 - now }), rest < soon else { return nil }
            let label = entry.caller.label
            let text = "the key of '\(label)' \(rest <= 0 ? "has expired" : "expires within \(days(rest))")"
            return .warning(
                subject, text, remedy: "create another with gpt-proxy key new \(label) --add, then remove the old line")
        }
        guard findings.isEmpty else { return findings }
        return [.ok(subject, "has \(entries.count) keys; none expires within two weeks")]
    }

    private static func days(_ seconds: Double) -> String {
        let days = Int((seconds / (24 * 3600)).rounded(.up))
        return days == 1 ? "a day" : "\(days) days"
    }
}
