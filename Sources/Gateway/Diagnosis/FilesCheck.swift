internal import Glibc

/// Looks at who may read and write the files that secrets and callers' keys stand in.
public enum FilesCheck {
    /// What is to be said of the files that the configuration names; nothing when it names none.
    ///
    /// - Parameter source: tells their paths. Their contents are not looked at.
    public static func run(_ source: ConfigurationSource) -> [Finding] {
        let files = source.secretFiles + (source.keysFilePath.map { [$0] } ?? [])
        let findings = files.compactMap(finding)
        guard findings.isEmpty, !files.isEmpty else { return findings }
        return [.ok("files", "with secrets and keys are closed to others: \(files.joined(separator: ", "))")]
    }

    /// Nil when there is nothing to say against a file.
    private static func finding(_ path: String) -> Finding? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        if status.st_mode & S_IWOTH != 0 {
            return .problem(
                path, "can be changed by everybody on this machine, and who changes it gets in",
                remedy: "chmod o-rw \(path)")
        }
        if status.st_mode & S_IROTH != 0 {
            return .warning(
                path, "can be read by everybody on this machine",
                remedy: "chmod o-r \(path), and have its group be that of the user who runs gpt-proxy")
        }
        return nil
    }
}
