public import Access
public import Files
public import Logging
public import Logs
internal import Models
public import Scoreboard
internal import Settings
public import Translation
public import Upstream

/// The operator's settings, read and checked.
public struct Configuration: Sendable {
    /// The callers' keys and tokens.
    public var access: AccessSettings
    /// The origins whose pages may send requests from a browser.
    var crossOrigin: CrossOriginPolicy
    /// The bases, in their order of use; at least one.
    public var bases: [Base]
    /// How requests are mapped, unless a location of the web server or a caller's key overrides it.
    public var translation: TranslationSettings
    /// The catalogue; if it is a file, with its content when the configuration was read.
    var models: ConfiguredValue<Catalogue>
    /// The size of the reasoning cache, in bytes; 0 for none.
    public var reasoningCache: Int
    /// The settings of upstream connections, and their timeouts.
    public var client: Client.Configuration
    /// The file of the certificate authorities that `client` trusts in addition to the system's, with its content when the
    /// configuration was read.
    var authorities: FileReading<Authorities>?
    /// The paths that are passed through.
    public var passthrough: PassedPaths
    /// The largest request body, in bytes.
    public var maxBody: Int
    /// The minimum rate of a request body in bytes per second, averaged over 20 seconds; 0 sets no limit.
    public var uploadRate: Int
    /// The time limit for a whole request body.
    public var uploadTimeout: Duration
    /// How long the web server may accept no bytes of a response because its client reads none.
    public var clientTimeout: Duration
    /// The time limit for a whole upstream response, or for the head of a stream.
    public var upstreamTimeout: Duration
    /// The maximum number of retries of a request that failed before its response began.
    public var retries: Int
    /// The interval of heartbeats in a silent stream.
    public var heartbeat: Duration
    /// The head delay: how long the head of a translated stream waits for content.
    public var streamHeadDelay: Duration
    /// The concurrency limit of the process; 0 sets no limit here.
    public var maxStreams: Int
    /// How long running requests may continue after a stop signal.
    public var shutdownGrace: Duration
    /// The path of the status page; nil for none.
    var statusPath: String?
    /// The directory in which the machine's processes share their counters.
    var stateDirectory: String?
    /// The lowest level that is logged. Requests are logged at `info`.
    public var logLevel: Logger.Level
    /// The format of a log line.
    public var logFormat: LogFormat

    /// Makes the scoreboard, if the configuration has a status page or a directory to share it in (`STATE_DIR`). Errors of
    /// the directory are logged and affect nothing else.
    public func makeScoreboard() -> Scoreboard? {
        guard statusPath != nil || stateDirectory != nil else { return nil }
        return Scoreboard(directory: stateDirectory, streamLimit: maxStreams) { [log] fault in
            if let fault {
                log.warning(
                    "STATE_DIR cannot be used; requests are still served", metadata: ["what": "\(fault)"])
            } else {
                log.notice("STATE_DIR is in use again")
            }
        }
    }

    /// The translation settings, with the catalogue.
    public var settings: TranslationSettings {
        var settings = translation
        settings.catalogue = models.content
        return settings
    }

    /// The log for events outside requests.
    public var log: Logger { StandardError.logger(level: logLevel, format: logFormat) }
}

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
