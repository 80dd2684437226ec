internal import Files

/// Looks for callers' keys that end soon, or have ended.
public enum KeysCheck {
    private static let soon = 14.0 * 24 * 3600

    /// - Returns: nothing when there is no file of keys.
    public static func run(_ configuration: Configuration) -> [Finding] {
        guard let entries = configuration.access.keys?.content.entries else { return [] }
        let subject = ConfigurationKey.keysFile.rawValue
        let now = Timestamp.secondsSince1970()
        let findings = entries.compactMap { entry -> Finding? in
            guard let rest = entry.expires.map({ $0 - now }), rest < soon else { return nil }
            let label = entry.caller.label
            let text = rest <= 0 ? "the key of '\(label)' has ended" : "the key of '\(label)' ends within \(days(rest))"
            return .warning(
                subject, text, remedy: "gpt-proxy key new \(label) --add makes another; then take the old line out")
        }
        guard findings.isEmpty else { return findings }
        return [.ok(subject, "has \(entries.count) keys, none of which ends within two weeks")]
    }

    private static func days(_ seconds: Double) -> String {
        let days = Int((seconds / (24 * 3600)).rounded(.up))
        return days == 1 ? "a day" : "\(days) days"
    }
}
