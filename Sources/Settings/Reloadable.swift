public import Files

/// The current value of a setting: constant, or updated from its file.
public enum Reloadable<Content: Sendable>: Sendable {
    /// A constant value.
    case fixed(Content)
    /// The value of a file that is watched.
    case watched(WatchedFile<Content>)

    /// - Parameters:
    ///   - provided: the configuration's value.
    ///   - key: the setting, for the log.
    ///   - files: watches the file, if there is one.
    ///   - grace: how long the value stays valid after its file becomes unreadable; nil for no limit.
    public init(
        _ provided: ConfiguredValue<Content>, _ key: ConfigurationKey, _ files: FileWatch, grace: Duration? = nil
    ) {
        switch provided {
        case .value(let content): self = .fixed(content)
        case .file(let reading): self = .watched(files.watch(reading, as: key.rawValue, grace: grace))
        }
    }

    /// The value now.
    public var value: Content {
        switch self {
        case .fixed(let content): content
        case .watched(let file): file.content
        }
    }

    /// Whether the file has been unreadable for longer than the grace period.
    public var hasExpired: Bool {
        switch self {
        case .fixed: false
        case .watched(let file): file.hasExpired
        }
    }
}
