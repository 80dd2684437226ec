internal import Files

/// A value as it is now: one that never changes, or one that follows its file.
enum Reloadable<Content: Sendable>: Sendable {
    case fixed(Content)
    case watched(WatchedFile<Content>)

    /// - Parameters:
    ///   - provided: what the configuration has.
    ///   - key: the setting, for the log.
    ///   - files: looks after the file, if there is one.
    ///   - grace: how long the value stays valid when its file cannot be read any more; nil for no limit.
    init(_ provided: ConfiguredValue<Content>, _ key: ConfigurationKey, _ files: FileWatch, grace: Duration? = nil) {
        switch provided {
        case .value(let content): self = .fixed(content)
        case .file(let reading): self = .watched(files.watch(reading, as: key.rawValue, grace: grace))
        }
    }

    var value: Content {
        switch self {
        case .fixed(let content): content
        case .watched(let file): file.content
        }
    }

    /// Whether the value's file has been unreadable for longer than its grace.
    var hasExpired: Bool {
        switch self {
        case .fixed: false
        case .watched(let file): file.hasExpired
        }
    }
}
