public import Scoreboard
internal import Settings
internal import Threads

/// The content of the status page, independent of its format: the scoreboards of all processes, and values derived from
/// them.
public struct StatusOverview: Sendable {
    /// The current time, in seconds since 1970.
    let time: Double
    /// The running processes, the oldest first.
    let processes: [Process]
    /// The counters of running and ended processes together.
    let totals: Totals
    /// The live requests, the oldest first.
    let exchanges: [Request]
    /// The models in use that will be shut down soon.
    var retirements: [RetirementWarning] = []

    struct Process: Sendable {
        let snapshot: Snapshot
        /// Resident memory in bytes.
        let memory: Int
    }

    struct Request: Sendable {
        let process: Int
        let exchange: LiveRequest
    }

    /// The errors of the directory, because of which other processes may be missing.
    private let faults: [DirectoryFault]

    /// - Parameters:
    ///   - snapshots: the snapshots of running and ended processes.
    ///   - faults: the errors of the directory, because of which other processes may be missing.
    ///   - warn: makes the warnings about the models in use; gets the names of the models that were requested from
    ///     upstream.
    public init(
        _ snapshots: [Snapshot], faults: [DirectoryFault],
        warn: (_ models: [String]) -> [RetirementWarning] = { _ in [] }
    ) {
        self.faults = faults
        time = Clock.system.secondsSince1970
        let live = snapshots.filter(\.isLive).sorted { $0.startTime < $1.startTime }
        processes = live.map { snapshot in
            Process(snapshot: snapshot, memory: ProcessMemory.resident(of: snapshot.process))
        }
        totals = Totals(snapshots)
        exchanges = live.flatMap { snapshot in
            snapshot.exchanges.map { Request(process: snapshot.process, exchange: $0) }
        }.sorted { $0.exchange.startTime < $1.exchange.startTime }
        let models = Set(totals.series(of: .firstByte).map { $0.labels[1] }).subtracting(["", "unknown"])
        retirements = warn(models.sorted())
    }

    var startTime: Double { processes.first?.snapshot.startTime ?? time }
    /// Seconds since the start; zero if the clock was set back.
    var uptime: Double { max(0, time - startTime) }
    var live: Int { processes.reduce(0) { $0 + $1.snapshot.live } }
    /// The sum of each process's maximum; the maxima may have been at different times.
    var mostLive: Int { processes.reduce(0) { $0 + $1.snapshot.mostLive } }
    var streamLimit: Int { processes.reduce(0) { $0 + $1.snapshot.streamLimit } }
    var activeProcesses: Int { processes.count { $0.snapshot.live > 0 } }
    var memory: Int { processes.reduce(0) { $0 + $1.memory } }
    /// Accepted requests, including live ones.
    var accepted: UInt64 { sum(of: .requests).saturatingAdd(UInt64(clamping: live)) }

    /// The warnings for the operator.
    var warnings: [String] {
        let lostLines = sum(of: .lostLogLines)
        return faultTexts + retirements.map { "\($0.model) \($0.text)" }
            + (lostLines > 0 ? ["Log lines lost: \(lostLines)"] : [])
            + unreadableFiles.filter { $0.processes > 0 }.map { setting, processes in
                "The file of \(setting.rawValue) cannot be read by \(processes) of \(self.processes.count) processes; the log has the reason"
            }
    }

    /// The number of processes that cannot read a file, for each setting that can name one.
    var unreadableFiles: [(setting: ConfigurationKey, processes: Int)] {
        UnreadableFiles.settings.map { setting in
            (setting, processes.count { UnreadableFiles.contains(setting, $0.snapshot.unreadableFiles) })
        }
    }

    /// The directory's errors as warnings.
    var faultTexts: [String] { faults.map { "STATE_DIR: \($0)" } }

    /// The sum of a metric's series.
    func sum(of metric: Metric, _ index: Int = 0) -> UInt64 {
        totals.series(of: metric).reduce(0) { $0.saturatingAdd($1.values[index]) }
    }
}

extension StatusOverview {
    /// The history of the last hour, for all processes together.
    struct History {
        /// The start of the last interval, which is incomplete, in seconds since 1970.
        let end: Int
        /// The intervals, the oldest first.
        let intervals: [Interval]
        /// The maximum number of concurrent requests in each interval.
        let live: [Int]
    }

    var history: History {
        let last = Int(time) / Interval.length
        let first = max(last - Interval.kept + 1, Int(startTime) / Interval.length)
        let numbers = Array(min(first, last)...last)
        var live = [Int](repeating: 0, count: numbers.count)
        for process in processes {
            for (index, count) in process.snapshot.live(in: numbers).enumerated() { live[index] += count }
        }
        let intervals = numbers.map { totals.interval($0) ?? Interval(number: $0) }
        return History(end: last * Interval.length, intervals: intervals, live: live)
    }
}
