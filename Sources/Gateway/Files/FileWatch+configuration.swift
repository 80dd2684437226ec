public import Files
internal import Logging
public import Scoreboard

extension FileWatch {
    /// A watch that says in the log what happens to the files, and on the scoreboard which of them cannot be read.
    ///
    /// - Parameters:
    ///   - configuration: says how the log is written.
    ///   - scoreboard: where others can see the state of the files; nil for nowhere.
    public convenience init(_ configuration: Configuration, scoreboard: Scoreboard?) {
        let log = configuration.log
        self.init { report in
            log.note(report)
        } noteUnreadable: { names in
            scoreboard?.note(unreadableFiles: UnreadableFiles.bits(names))
        }
    }
}

extension Logger {
    fileprivate func note(_ report: FileReport) {
        var metadata: Logger.Metadata = ["setting": "\(report.name)", "file": "\(report.path)"]
        switch report.event {
        case .read:
            info("file read anew", metadata: metadata)
        case .unreadable(let duration, let reason):
            metadata["seconds"] = "\(duration.components.seconds)"
            metadata["fault"] = "\(reason)"
            error("file not read; what it said before stays", metadata: metadata)
        case .readableAgain(let duration):
            metadata["seconds"] = "\(duration.components.seconds)"
            notice("file can be read again", metadata: metadata)
        case .expired(let duration, let reason):
            metadata["seconds"] = "\(duration.components.seconds)"
            metadata["fault"] = "\(reason)"
            error("file unreadable for KEYS_FILE_GRACE; the keys in it are no longer accepted", metadata: metadata)
        }
    }
}
