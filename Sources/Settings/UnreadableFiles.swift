/// The set of files that a process cannot read, as stored on its scoreboard: one bit for each setting that can name a file.
public enum UnreadableFiles {
    /// The settings in the order of their bits. Processes of different versions share scoreboards, so the order is fixed:
    /// new settings are added at the end.
    public static let settings: [ConfigurationKey] = [
        .keysFile, .proxyKey, .openAIKey, .tokenKeysFile, .tokenSecret, .modelsFile, .upstreamCAFile,
    ]

    /// - Parameter names: the settings' names.
    public static func bits(_ names: Set<String>) -> UInt64 {
        settings.enumerated().reduce(0) { bits, setting in
            names.contains(setting.element.rawValue) ? bits | 1 << UInt64(setting.offset) : bits
        }
    }

    /// Whether a setting's file is in the set.
    public static func contains(_ setting: ConfigurationKey, _ bits: UInt64) -> Bool {
        settings.firstIndex(of: setting).map { bits & 1 << UInt64($0) != 0 } ?? false
    }
}
