public import Files
internal import Logging
public import Scoreboard
internal import Settings

extension FileWatch {
    /// A file watcher that logs changes of the files, and shows on the scoreboard which of them cannot be read.
    ///
    /// - Parameters:
    ///   - configuration: selects the log's level and format.
    ///   - scoreboard: shows the state of the files to other processes; nil for none.
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
            info("file reloaded", metadata: metadata)
        case .unreadable(let duration, let reason):
            metadata["seconds"] = "\(duration.components.seconds)"
            metadata["fault"] = "\(reason)"
            error("file not read; its previous content stays in force", metadata: metadata)
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
