internal import Logging
internal import Synchronization

/// The keys of a file, as the file has them now. What cannot be read changes nothing: the keys that were good stay good, and
/// the log says that the file needs a look.
final class KeyStore: Sendable {
    private struct State {
        var ring: KeyRing
        var version: KeysFile.Version?
        var nextLook: ContinuousClock.Instant
    }

    /// How long a change of the file may go unseen.
    private static let interval = Duration.seconds(1)

    private let file: KeysFile
    private let log: Logger
    private let state: Mutex<State>

    /// - Parameter ring: what was read of the file at the start.
    init(_ file: KeysFile, _ ring: KeyRing, log: Logger) {
        self.file = file
        self.log = log
        state = Mutex(State(ring: ring, version: file.version, nextLook: .now + Self.interval))
    }

    /// Whose key it is; nil when it is nobody's.
    func caller(of digest: KeyDigest) -> Caller? {
        state.withLock { state in
            if state.nextLook <= .now { look(&state) }
            return state.ring.caller(of: digest)
        }
    }

    /// Reads the file anew, whether it has changed or not.
    func reload() {
        state.withLock { state in
            state.version = nil
            look(&state)
        }
    }

    private func look(_ state: inout State) {
        state.nextLook = .now + Self.interval
        let version = file.version
        guard version == nil || version != state.version else { return }
        // A file that is not there is looked for again, but complained of once.
        guard version != nil || state.version != nil else { return }
        state.version = version
        do {
            state.ring = try file.read()
            log.info("keys read", metadata: ["file": "\(file.path)", "count": "\(state.ring.entries.count)"])
        } catch {
            log.error("keys not read; those from before stay", metadata: ["file": "\(file.path)", "fault": "\(error)"])
        }
    }
}
