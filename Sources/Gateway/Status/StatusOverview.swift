public import Scoreboard

/// What the status page shows, in whatever form: the scoreboards of all processes, and what follows from them.
public struct StatusOverview: Sendable {
    /// Seconds since 1970.
    let time: Double
    /// The processes that live, the oldest first.
    let processes: [Process]
    /// What they and those before them have done.
    let totals: Totals
    /// The exchanges that are live, the oldest first.
    let exchanges: [Request]
    /// The models in use that are about to be shut down.
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

    /// Why other processes may be missing.
    private let faults: [DirectoryFault]

    /// - Parameters:
    ///   - snapshots: of processes that live, and of those that have ended.
    ///   - faults: why other processes may be missing.
    ///   - warn: warns about models in use, given the names of those that upstream was asked for.
    public init(
        _ snapshots: [Snapshot], faults: [DirectoryFault],
        warn: (_ models: [String]) -> [RetirementWarning] = { _ in [] }
    ) {
        self.faults = faults
        time = Timestamp.secondsSince1970()
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
    /// Seconds since then; zero where the clock has been set back since.
    var uptime: Double { max(0, time - startTime) }
    var live: Int { processes.reduce(0) { $0 + $1.snapshot.live } }
    /// Of each process the most at once: as many need not have been live at the same time.
    var mostLive: Int { processes.reduce(0) { $0 + $1.snapshot.mostLive } }
    var streamLimit: Int { processes.reduce(0) { $0 + $1.snapshot.streamLimit } }
    var activeProcesses: Int { processes.count { $0.snapshot.live > 0 } }
    var memory: Int { processes.reduce(0) { $0 + $1.memory } }
    /// Requests that were taken, also those that have not ended.
    var accepted: UInt64 { sum(of: .requests).saturatingAdd(UInt64(clamping: live)) }

    /// What the operator should look at.
    var warnings: [String] {
        let lostLines = sum(of: .lostLogLines)
        return faultTexts + retirements.map { "\($0.model) \($0.text)" }
            + (lostLines > 0 ? ["The log has lost lines: \(lostLines)"] : [])
            + unreadableFiles.filter { $0.processes > 0 }.map { setting, processes in
                "The file of \(setting.rawValue) cannot be read by \(processes) of \(self.processes.count) processes; the log says why"
            }
    }

    /// For each setting that may name a file, how many processes cannot read that file.
    var unreadableFiles: [(setting: ConfigurationKey, processes: Int)] {
        UnreadableFiles.settings.map { setting in
            (setting, processes.count { UnreadableFiles.contains(setting, $0.snapshot.unreadableFiles) })
        }
    }

    /// The faults as warnings.
    var faultTexts: [String] { faults.map { "STATE_DIR: \($0)" } }

    /// All of a metric's series together.
    func sum(of metric: Metric, _ index: Int = 0) -> UInt64 {
        totals.series(of: metric).reduce(0) { $0.saturatingAdd($1.values[index]) }
    }
}

extension StatusOverview {
    /// What the last hour looked like, for all processes together.
    struct History {
        /// When the last interval began, in seconds since 1970. It still runs.
        let end: Int
        /// The oldest first.
        let intervals: [Interval]
        /// The most exchanges that were live at once, in each of them.
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
