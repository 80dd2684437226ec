public import Threads

/// Watches files: checks each file once a second, on a separate thread for each, and reads it if it has changed.
///
/// A file system that does not respond blocks only the thread of the file that is on it: that file keeps its content, and the
/// other files are still checked. One more thread schedules the checks and detects checks that do not end.
///
/// `@unchecked Sendable`: all mutable state is accessed only with the lock held.
public final class FileWatch: @unchecked Sendable {
    private struct Entry {
        let file: any Watched
        var hasThread = false
        var order: Order?
    }

    private enum Order {
        case routine, requested
    }

    private static let interval = 1.0

    private let report: @Sendable (FileReport) -> Void
    private let noteUnreadable: @Sendable (Set<String>) -> Void
    private let condition = Condition()
    private var entries: [Entry] = []
    private var isRequested = false

    /// Creates a watch. It checks no files before ``start()``.
    ///
    /// - Parameters:
    ///   - report: called with each event, on one of the watch's threads. It must not block.
    ///   - noteUnreadable: called every second with the settings whose files cannot be read. It must not block.
    public init(
        report: @escaping @Sendable (FileReport) -> Void,
        noteUnreadable: @escaping @Sendable (Set<String>) -> Void = { _ in }
    ) {
        self.report = report
        self.noteUnreadable = noteUnreadable
    }

    /// Adds a file.
    ///
    /// - Parameters:
    ///   - reading: the result of the file's first reading.
    ///   - name: the setting with the file's path, for reports.
    ///   - grace: how long the file's content stays valid after the file has become unreadable; nil for no limit.
    ///   - whenRead: called with the content now, and each time the file has been read again; ``WatchedFile/content`` is
    ///     updated before that. It must not block.
    /// - Returns: the file, whose content is kept up to date.
    public func watch<Content>(
        _ reading: FileReading<Content>, as name: String, grace: Duration? = nil,
        whenRead: @escaping @Sendable (Content) -> Void = { _ in }
    ) -> WatchedFile<Content> {
        let file = WatchedFile(
            reading, name: name, grace: grace, whenRead: whenRead, report: report, now: { ContinuousClock.now })
        condition.withLock { entries.append(Entry(file: file)) }
        return file
    }

    /// Starts to check the files.
    ///
    /// - Throws: `ThreadError` if the system cannot start another thread.
    public func start() throws(ThreadError) {
        try Thread.start(name: "file-watch") { self.run() }
    }

    /// Requests that all files are read now, whether or not they have changed. Does not wait for that.
    public func lookNow() {
        condition.withLock {
            isRequested = true
            condition.broadcast()
        }
    }

    // MARK: The scheduling thread

    private func run() {
        var order = Order.routine
        while true {
            let files = give(order)
            for file in files { file.advance() }
            noteUnreadable(Set(files.filter { !$0.isReadable }.map(\.name)))
            order = waitForNextRound()
        }
    }

    private func give(_ order: Order) -> [any Watched] {
        condition.withLock {
            for index in entries.indices {
                entries[index].file.lookBegins()
                if entries[index].order != .requested { entries[index].order = order }
                // If no thread can be started now, the next round tries again.
                if !entries[index].hasThread { entries[index].hasThread = startThread(index) }
            }
            condition.broadcast()
            return entries.map(\.file)
        }
    }

    private func waitForNextRound() -> Order {
        condition.withLock {
            defer { isRequested = false }
            return condition.wait(seconds: Self.interval) { isRequested } ? .requested : .routine
        }
    }

    // MARK: The threads that check files

    private func startThread(_ index: Int) -> Bool {
        do throws(ThreadError) {
            try Thread.start(name: "file-look") { self.lookForever(index) }
            return true
        } catch {
            return false
        }
    }

    private func lookForever(_ index: Int) {
        while true {
            let (file, order) = nextOrder(index)
            file.look(isRequested: order == .requested)
        }
    }

    private func nextOrder(_ index: Int) -> (any Watched, Order) {
        condition.withLock {
            condition.wait { entries[index].order != nil }
            defer { entries[index].order = nil }
            return (entries[index].file, entries[index].order ?? .routine)
        }
    }
}
