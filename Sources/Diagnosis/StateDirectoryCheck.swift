internal import Glibc
public import Settings

/// Checks whether processes can share their status through the directory. Nothing is written there.
public enum StateDirectoryCheck {
    /// Checks the directory that the configuration names, if there is one.
    ///
    /// - Parameter source: has the directory's path.
    /// - Returns: one finding, or none without a directory.
    public static func run(_ source: ConfigurationSource) -> [Finding] {
        guard let path = source.stateDirectoryPath else { return [] }
        var status = stat()
        let what: String? =
            if stat(path, &status) != 0 {
                "cannot be used: \(String(cString: strerror(errno)))"
            } else if status.st_mode & S_IFMT != S_IFDIR {
                "is not a directory"
            } else if access(path, R_OK | W_OK | X_OK) != 0 {
                "cannot be written by this user: \(String(cString: strerror(errno)))"
            } else {
                nil
            }
        guard let what else { return [.ok("STATE_DIR", "is a directory that this user may write to: \(path)")] }
        return [
            .warning(
                "STATE_DIR", "\(path) \(what); the status page shows one process only, and counts are lost with it",
                remedy: "create the directory, and give it to the user that runs gpt-proxy")
        ]
    }
}
