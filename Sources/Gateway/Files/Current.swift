internal import Logging

/// A value as it is now: one that never changes, or one that follows its file.
enum Current<Content: Sendable>: Sendable {
    case fixed(Content)
    case watched(WatchedFile<Content>)

    /// - Parameters:
    ///   - provided: what the configuration has.
    ///   - key: the setting's name, for the log.
    ///   - read: reads the value of its file.
    init(
        _ provided: Provided<Content>, _ key: ConfigurationKey, log: Logger,
        read: @escaping @Sendable (String) throws -> Content
    ) {
        switch provided {
        case .value(let content): self = .fixed(content)
        case .file(let reading): self = .watched(WatchedFile(reading, key, log: log, read: read))
        }
    }

    var value: Content {
        switch self {
        case .fixed(let content): content
        case .watched(let file): file.content
        }
    }

    /// Reads the file anew, if there is one.
    func reload() {
        if case .watched(let file) = self { file.reload() }
    }
}
