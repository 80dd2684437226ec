internal import Logging
internal import Synchronization

/// What a file says, as the file says it now. What cannot be read changes nothing: what was good stays good, and the log says
/// that the file needs a look.
final class WatchedFile<Content: Sendable>: Sendable {
    private struct State {
        var content: Content
        var version: FileVersion?
        var nextLook: ContinuousClock.Instant
    }

    /// How long a change of the file may go unseen.
    private static var interval: Duration { .seconds(1) }

    private let path: String
    private let key: ConfigurationKey
    private let log: Logger
    private let read: @Sendable (String) throws -> Content
    private let state: Mutex<State>

    /// - Parameters:
    ///   - reading: what the file said when it was read first.
    ///   - key: the setting that the file is for, for the log.
    ///   - read: reads the file of a path; what it throws is said in the log.
    init(
        _ reading: FileReading<Content>, _ key: ConfigurationKey, log: Logger,
        read: @escaping @Sendable (String) throws -> Content
    ) {
        path = reading.path
        self.key = key
        self.log = log
        self.read = read
        state = Mutex(
            State(content: reading.content, version: reading.version, nextLook: .now + Self.interval))
    }

    var content: Content {
        state.withLock { state in
            if state.nextLook <= .now { look(&state) }
            return state.content
        }
    }

    /// Reads the file anew, whether it has changed or not.
    func reload() {
        state.withLock { look(&$0, isForced: true) }
    }

    private func look(_ state: inout State, isForced: Bool = false) {
        state.nextLook = .now + Self.interval
        let version = FileVersion(of: path)
        guard isForced || version != state.version else { return }
        state.version = version
        do {
            state.content = try read(path)
            log.info("file read anew", metadata: ["setting": "\(key.rawValue)", "file": "\(path)"])
        } catch {
            log.error(
                "file not read; what it said before stays",
                metadata: ["setting": "\(key.rawValue)", "file": "\(path)", "fault": "\(error)"])
        }
    }
}
