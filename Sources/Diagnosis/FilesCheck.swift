internal import Glibc
public import Settings

/// Checks which users may read and write the files of secrets and callers' keys.
public enum FilesCheck {
    /// Checks the files that the configuration names.
    ///
    /// - Parameter source: has the files' paths. Their contents are not read.
    /// - Returns: one finding for each file that is too accessible, or one for all files; none if there are no files.
    public static func run(_ source: ConfigurationSource) -> [Finding] {
        let files = source.secretFiles + (source.keysFilePath.map { [$0] } ?? [])
        let findings = files.compactMap(finding)
        guard findings.isEmpty, !files.isEmpty else { return findings }
        let list = files.joined(separator: ", ")
        return [.ok("files", "with secrets and keys are not accessible to other users: \(list)")]
    }

    /// Nil if the file's permissions are safe.
    private static func finding(_ path: String) -> Finding? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        if status.st_mode & S_IWOTH != 0 {
            return .problem(
                path, "can be changed by all users of this machine, who could give themselves access",
                remedy: "chmod o-rw \(path)")
        }
        if status.st_mode & S_IROTH != 0 {
            return .warning(
                path, "can be read by all users of this machine",
                remedy: "chmod o-r \(path), and set its group to that of the user who runs gpt-proxy")
        }
        return nil
    }
}
