public import Scoreboard
internal import Settings

/// Finds files that running processes cannot read, although the user who runs the check may be able to.
public enum UnreadableFilesCheck {
    /// - Parameter directory: the directory of the processes' scoreboards.
    /// - Returns: no findings if no process is running, or the directory cannot be read.
    public static func run(_ directory: StateDirectory) -> [Finding] {
        let processes = ((try? directory.read())?.snapshots ?? []).filter(\.isLive)
        return UnreadableFiles.settings.compactMap { setting in
            let affected = processes.filter { UnreadableFiles.contains(setting, $0.unreadableFiles) }
            guard !affected.isEmpty else { return nil }
            let numbers = affected.map { String($0.process) }.joined(separator: ", ")
            return .problem(
                setting.rawValue, "its file cannot be read by process \(numbers)",
                remedy: "the process's log has the reason; its user must be able to read the file")
        }
    }
}
