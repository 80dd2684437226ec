public import Scoreboard
public import Threads

/// Renders the status page on its own thread, because reading the other processes' scoreboards may block and a page may be
/// large.
///
/// One page is rendered at a time. Requests that arrive meanwhile share the next page of their form. Any number of requests
/// therefore uses at most one thread, and each page shows everything that happened before its requests arrived.
///
/// `@unchecked Sendable`: the lock guards all variables.
public final class StatusRenderer: @unchecked Sendable {
    /// The forms of the page, except the one for browsers, which is constant.
    public enum Form: Hashable {
        /// Text, as php-fpm writes it.
        case text(isFull: Bool)
        /// JSON; with live requests if it is full.
        case json(isFull: Bool)
        /// OpenMetrics, for Prometheus.
        case openMetrics
    }

    /// The longest wait for the other processes' scoreboards, in seconds.
    private static let patience = 1.5

    /// Requests that share a page.
    private struct Batch {
        let form: Form
        let warn: @Sendable (_ models: [String]) -> [RetirementWarning]
        var waiting: [CheckedContinuation<[UInt8], Never>]
    }

    private let scoreboard: Scoreboard
    private let condition = Condition()
    private var batches: [Batch] = []
    private var hasThread = false

    /// - Parameter scoreboard: the process's own scoreboard, which reads those of the other processes.
    public init(_ scoreboard: Scoreboard) {
        self.scoreboard = scoreboard
    }

    /// Renders the page.
    ///
    /// - Parameters:
    ///   - form: the page's form.
    ///   - warn: makes the warnings about models; gets the names of those in use.
    /// - Throws: if the thread cannot be started.
    public func page(
        _ form: Form, warn: @escaping @Sendable (_ models: [String]) -> [RetirementWarning]
    ) async throws(ThreadError) -> [UInt8] {
        try startThread()
        return await withCheckedContinuation { continuation in
            condition.withLock {
                if let index = batches.firstIndex(where: { $0.form == form }) {
                    batches[index].waiting.append(continuation)
                } else {
                    batches.append(Batch(form: form, warn: warn, waiting: [continuation]))
                }
                condition.broadcast()
            }
        }
    }

    /// The number of requests for pages that are not being rendered yet.
    var waitingCount: Int { condition.withLock { batches.reduce(0) { $0 + $1.waiting.count } } }

    private func startThread() throws(ThreadError) {
        try condition.withLock { () throws(ThreadError) in
            guard !hasThread else { return }
            try Thread.start(name: "status-page") { self.run() }
            hasThread = true
        }
    }

    // MARK: In the thread

    private func run() {
        while true {
            let batch = condition.withLock {
                condition.wait { !batches.isEmpty }
                return batches.removeFirst()
            }
            let page = render(batch)
            for continuation in batch.waiting { continuation.resume(returning: page) }
        }
    }

    private func render(_ batch: Batch) -> [UInt8] {
        let reading = scoreboard.read(within: Self.patience)
        let overview = StatusOverview(reading.snapshots, faults: reading.faults, warn: batch.warn)
        return switch batch.form {
        case .text(let isFull): Array(overview.text(isFull: isFull).utf8)
        case .json(let isFull): overview.json(isFull: isFull)
        case .openMetrics: Array(overview.openMetrics.utf8)
        }
    }
}
