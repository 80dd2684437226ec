public import Threads

/// Looks after files: once a second each of them is looked at, on a thread of its own, and read if it has changed.
///
/// A file system that does not answer blocks the thread of the file that is on it, and nothing else: that file keeps its content,
/// and the other files are still looked at. One more thread orders the looks and notices when one does not end.
///
/// `@unchecked Sendable`: all that changes is touched with the lock held only.
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

    /// Nothing is looked at before ``start()``.
    ///
    /// - Parameters:
    ///   - report: called with everything that happens to the files, on one of the watch's threads. It must not block.
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
    ///   - reading: what the file said when it was read first.
    ///   - name: the setting that names it, for reports.
    ///   - grace: how long the file's content stays valid when it cannot be read any more; nil for no limit.
    ///   - whenRead: called with the content now and each time the file has been read again, when ``WatchedFile/content`` has
    ///     it already. It must not block.
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

    /// Begins to look.
    ///
    /// - Throws: when the system starts no more threads.
    public func start() throws(ThreadError) {
        try Thread.start(name: "file-watch") { self.run() }
    }

    /// Has all files read now, whether they have changed or not. Does not wait for it.
    public func lookNow() {
        condition.withLock {
            isRequested = true
            condition.broadcast()
        }
    }

    // MARK: The thread that orders

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
                // Where no thread can be started now, the next round tries again.
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

    // MARK: The threads that look

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
