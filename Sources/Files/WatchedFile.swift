internal import Synchronization

/// The content of a file that a ``FileWatch`` reads again when it changes. Loading it never waits for a file system: the file is
/// read on a thread of its own, and the content is replaced when it has been read.
///
/// When the file cannot be read any more, the content stays.
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
    /// Never held while something blocks.
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

    /// What was made of the file when it could be read last.
    public var content: Content { state.withLock { $0.content } }

    /// Whether the file has been unreadable for longer than its grace, so that its content is not valid any more.
    public var hasExpired: Bool {
        state.withLock { !$0.readability.isReadable && $0.readability.hasExpired(at: now()) }
    }
}

/// A file of any content, as the watch sees it.
protocol Watched: AnyObject, Sendable {
    /// The setting that names it.
    var name: String { get }
    var isReadable: Bool { get }

    /// A look has been ordered.
    func lookBegins()

    /// Reads the file if it has changed or could not be read the last time. May block.
    ///
    /// - Parameter isRequested: whether it is to be read, and the outcome reported, in any case.
    func look(isRequested: Bool)

    /// Reports what follows from the time that has passed.
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

    /// - Returns: nil if the file is the one that was read last.
    private func readIfNeeded(isRequested: Bool) throws -> FileReading<Content>? {
        // A file that could not be read is read again even if its own version is the same: what was in the way may have been
        // a directory above it.
        let known = state.withLock { $0.readability.isReadable && !isRequested ? $0.version : nil }
        if let known, FileVersion(of: source.path) == known { return nil }
        return try source.read()
    }

    private func report(_ event: FileEvent) {
        report(FileReport(name: name, path: source.path, event: event))
    }
}

/// Something to report about one of the files.
public struct FileReport: Sendable {
    /// The setting that names the file.
    public let name: String
    /// Where the file is.
    public let path: String
    /// What has happened.
    public let event: FileEvent
}
