internal import Files
public import Logging
internal import Models
public import Scoreboard
public import Translation
public import Upstream

/// What the operator decided, read and checked.
public struct Configuration: Sendable {
    /// Who may call.
    var access: AccessSettings
    /// The origins whose pages may call from a browser.
    var crossOrigin: CrossOriginPolicy
    /// Where upstream is asked, in this order; at least one.
    public var bases: [Base]
    /// How requests are mapped, unless a location of the web server or a caller's key says otherwise.
    public var translation: TranslationSettings
    /// What is known of models; of a file, as it was when the configuration was read.
    var models: ConfiguredValue<Catalogue>
    /// How much reasoning is kept between a client's turns, in bytes; 0 for none.
    public var reasoningCache: Int
    /// How upstream is connected to and how long it is waited for.
    public var client: Client.Configuration
    /// The file with the authorities that `client` trusts beside the system's, as it was when the configuration was read.
    var authorities: FileReading<Authorities>?
    /// The paths that are handed through.
    public var passthrough: PassedPaths
    /// The largest request body, in bytes.
    public var maxBody: Int
    /// How many bytes a second of a request body must come, on average over 20 seconds; 0 sets no limit.
    public var uploadRate: Int
    /// How long a request body may take as a whole.
    public var uploadTimeout: Duration
    /// How long the web server may take nothing of a reply, because its client reads nothing.
    public var clientTimeout: Duration
    /// How long upstream may take for a whole reply, or for the head of a streamed one.
    public var upstreamTimeout: Duration
    /// How often a request that failed before it was answered is sent again.
    public var retries: Int
    /// The time between two signs of life in a stream that is silent.
    public var heartbeat: Duration
    /// How long the head of a translated stream waits for the first event that means something.
    public var streamHeadDelay: Duration
    /// How many exchanges may be live in the process; 0 sets no limit here.
    public var maxStreams: Int
    /// How long running requests may go on after the order to stop.
    public var shutdownGrace: Duration
    /// The path of the status page; nil for none.
    var statusPath: String?
    /// The directory by which the machine's processes know of each other.
    var stateDirectory: String?
    /// What is not worth a line: everything below it. Requests are told at `info`.
    public var logLevel: Logger.Level
    /// How a line is written.
    public var logFormat: LogFormat

    /// Makes the scoreboard, if the configuration has a status page or a directory to share it in (`STATE_DIR`). Faults of the
    /// directory are logged and affect nothing else.
    public func makeScoreboard() -> Scoreboard? {
        guard statusPath != nil || stateDirectory != nil else { return nil }
        return Scoreboard(directory: stateDirectory, streamLimit: maxStreams) { [log] fault in
            if let fault {
                log.warning(
                    "STATE_DIR needs attention; requests are served all the same", metadata: ["what": "\(fault)"])
            } else {
                log.notice("STATE_DIR is in use again")
            }
        }
    }

    /// How requests are mapped, with what is known of models.
    public var settings: TranslationSettings {
        var settings = translation
        settings.catalogue = models.content
        return settings
    }

    /// The log for what is not about one request.
    var log: Logger { StandardError.logger(level: logLevel, format: logFormat) }
}

/// The form of a log line (`LOG_FORMAT`).
public enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object.
    case json
    /// Words for people.
    case text
}
