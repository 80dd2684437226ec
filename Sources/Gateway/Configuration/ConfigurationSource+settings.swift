extension ConfigurationSource {
    /// The file of keys, if one is named.
    public var keysFilePath: String? { value(ConfigurationKey.keysFile.rawValue) }

    /// Every key with its value as text, for people to read. Secrets are only said to be there.
    public func settings() -> [String] {
        ConfigurationKey.allCases.map { key in
            var values = ConfigurationValues(self)
            let shown = key.isSecret ? values.secret(key) { _ in "(set, not shown)" }?.content : values.text(key)
            return "\(key.rawValue)=\(shown ?? "")"
        }
    }
}
