internal import Access
internal import ArgumentParser
internal import Gateway
internal import Glibc
internal import Scoreboard

/// Waits until the running processes use a changed key file, according to their scoreboards.
struct KeysInForce {
    /// The time limit. Processes check the file and write their scoreboards every second.
    private static let patience = Duration.seconds(5)
    private static let pause = Duration.milliseconds(50)

    private let file: KeysFile
    private let directory: String
    private let isExplicit: Bool

    /// - Parameters:
    ///   - directory: the directory of the processes' scoreboards.
    ///   - isExplicit: whether the command line names it; then it is an error if it does not exist.
    init(_ file: KeysFile, directory: String, isExplicit: Bool) {
        self.file = file
        self.directory = directory
        self.isExplicit = isExplicit
    }

    /// - Returns: the message to print when all of them use it.
    /// - Throws: an exit code if some do not, after printing which.
    func wait() async throws -> String {
        let deadline = ContinuousClock.now + Self.patience
        // A process that has used the changed file once never goes back to an earlier version.
        var done: Set<Process> = []
        while true {
            let uses = try uses()
            done.formUnion(uses.filter(\.isCurrent).map(Process.init))
            let rest = uses.filter { !done.contains(Process($0)) }
            if rest.isEmpty { return said(of: uses.count) }
            guard ContinuousClock.now < deadline else { throw failure(rest) }
            try await Task.sleep(for: Self.pause)
        }
    }

    private struct Process: Hashable {
        let number: Int
        let startTime: Double

        init(_ use: KeysFile.Use) {
            number = use.process
            startTime = use.startTime
        }
    }

    private func uses() throws -> [KeysFile.Use] {
        do {
            return try file.uses(in: StateDirectory(directory))
        } catch let error as ScoreboardError where error.code == ENOENT && !isExplicit {
            return []
        } catch {
            throw Exit.failure("the file is changed, but cannot determine whether running processes use it: \(error)")
        }
    }

    private func said(of count: Int) -> String {
        switch count {
        case 0: "no process is running in \(directory)"
        case 1: "1 process has it"
        default: "\(count) processes have it"
        }
    }

    private func failure(_ uses: [KeysFile.Use]) -> ExitCode {
        let lines = uses.map { use in
            use.isReadable
                ? "process \(use.process) does not use the changed file: see its log, and whether its PROXY_KEYS_FILE names it"
                : "process \(use.process) cannot read the changed file: see its log, and which accounts may read the file"
        }
        return Exit.failure((lines + ["the file is changed, but not in force everywhere"]).joined(separator: "\n"))
    }
}
