internal import Synchronization

/// The content of a file that a ``FileWatch`` reads again when it changes. Reading ``content`` never waits for a file system:
/// the file is read on a separate thread, and the content is replaced after that.
///
/// If the file cannot be read any more, the previous content is kept.
public final class WatchedFile<Content: Sendable>: Sendable {
    private struct State {
        var content: Content
        var version: FileVersion
        var readability: Readability
    }

    let name: String
    private let source: FileSource<Content>
    private let whenRead: @Sendable (Content) -> Void
    private let report: @Sendable (FileReport) -> Void
    private let now: @Sendable () -> ContinuousClock.Instant
    /// Never locked during a call that may block.
    private let state: Mutex<State>

    init(
        _ reading: FileReading<Content>, name: String, grace: Duration?,
        whenRead: @escaping @Sendable (Content) -> Void,
        report: @escaping @Sendable (FileReport) -> Void, now: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.name = name
        source = reading.source
        self.whenRead = whenRead
        self.report = report
        self.now = now
        state = Mutex(
            State(content: reading.content, version: reading.version, readability: Readability(grace: grace)))
        whenRead(reading.content)
    }

    /// The parsed content from the last successful reading.
    public var content: Content { state.withLock { $0.content } }

    /// Whether the file has been unreadable for its grace period or longer, so that its content is no longer valid.
    public var hasExpired: Bool {
        state.withLock { !$0.readability.isReadable && $0.readability.hasExpired(at: now()) }
    }
}

/// A watched file with any type of content, for use by ``FileWatch``.
protocol Watched: AnyObject, Sendable {
    /// The setting with the file's path.
    var name: String { get }
    var isReadable: Bool { get }

    /// Called when a look is scheduled.
    func lookBegins()

    /// Reads the file if it has changed or the last look failed. May block.
    ///
    /// - Parameter isRequested: whether to read the file, and report the outcome, in any case.
    func look(isRequested: Bool)

    /// Reports the events that are due because of the time that has passed.
    func advance()
}

extension WatchedFile: Watched {
    var isReadable: Bool { state.withLock { $0.readability.isReadable } }

    func lookBegins() {
        state.withLock { $0.readability.lookBegins(at: now()) }
    }

    func look(isRequested: Bool) {
        do {
            let reading = try readIfNeeded(isRequested: isRequested)
            let event = state.withLock { state in
                if let reading { (state.content, state.version) = (reading.content, reading.version) }
                return state.readability.lookSucceeds(at: now())
            }
            if let event { report(event) }
            guard let reading else { return }
            whenRead(reading.content)
            report(.read)
        } catch {
            let event = state.withLock {
                $0.readability.lookFails("\(error)", isRequested: isRequested, at: now())
            }
            if let event { report(event) }
        }
    }

    func advance() {
        for event in state.withLock({ $0.readability.advance(to: now()) }) { report(event) }
    }

    /// - Returns: nil if the file has not changed since it was read last.
    private func readIfNeeded(isRequested: Bool) throws -> FileReading<Content>? {
        // If the last look failed, read the file even if its version is unchanged: the cause may have been a directory above
        // it.
        let known = state.withLock { $0.readability.isReadable && !isRequested ? $0.version : nil }
        if let known, FileVersion(of: source.path) == known { return nil }
        return try source.read()
    }

    private func report(_ event: FileEvent) {
        report(FileReport(name: name, path: source.path, event: event))
    }
}

/// An event with the file it is about.
public struct FileReport: Sendable {
    /// The setting with the file's path.
    public let name: String
    /// The file's path.
    public let path: String
    /// The event.
    public let event: FileEvent
}
