internal import EventLoops
internal import Logging
internal import NIOCore
internal import Synchronization
internal import Upstream

/// The keys that an issuer publishes at an address (`JWT_JWKS_URL`): fetched when the first token comes, kept, fetched again
/// when a token names a key that is not among them, and once an hour, since an issuer may take a key back.
///
/// Whoever makes up names of keys can have them fetched once a minute, no more. What cannot be fetched changes nothing: the
/// keys that were good stay good.
final class PublishedKeys: Sendable {
    private struct State {
        var keySet = KeySet.empty
        var pace = RefreshPace()
        /// The fetch that is under way.
        var fetch: Task<Void, Never>?
    }

    /// How long a fetch may take.
    private static var patience: TimeAmount { .seconds(10) }

    private let address: Address
    private let client: Client
    private let executor: EventLoopTaskExecutor
    private let log: Logger
    private let state = Mutex(State())

    init(_ address: Address, client: Client, log: Logger) {
        self.address = address
        self.client = client
        self.log = log
        executor = EventLoopTaskExecutor(client.eventLoop)
    }

    /// The keys as they were fetched last; none before the first time.
    var keySet: KeySet { state.withLock { $0.keySet } }

    /// Whether it is time to look for changes.
    var isStale: Bool { state.withLock { $0.pace.isStale(at: .now) } }

    /// Has the keys fetched when the next token comes, whenever they were last.
    func expire() {
        state.withLock { $0.pace = RefreshPace() }
    }

    /// Fetches the keys, or waits for the fetch that is under way; does nothing if the last one was less than a minute ago.
    func refresh() async {
        let fetch = state.withLock { state -> Task<Void, Never>? in
            if state.fetch == nil, state.pace.mayRefresh(at: .now) {
                // A task of its own: it is not one client's, who may leave.
                state.fetch = Task(executorPreference: executor) { await self.fetch() }
            }
            return state.fetch
        }
        await fetch?.value
    }

    private func fetch() async {
        let timeLimit = client.eventLoop.scheduleTask(in: Self.patience) { self.state.withLock { $0.fetch?.cancel() } }
        defer {
            timeLimit.cancel()
            state.withLock { $0.fetch = nil }
        }
        do {
            let keySet = try await read()
            state.withLock { $0.keySet = keySet }
            log.info("keys of tokens fetched", metadata: ["url": "\(address)", "count": "\(keySet.keys.count)"])
        } catch {
            log.error(
                "keys of tokens not fetched; those from before stay",
                metadata: ["url": "\(address)", "fault": "\(error)"])
        }
    }

    /// Fetches the keys once. Runs on the client's event loop, where its task must be.
    func read() async throws -> KeySet {
        let request = Request(
            method: "GET", origin: address.base.origin, path: address.path,
            headers: [("Accept", "application/json"), ("User-Agent", "gpt-proxy/\(version)")])
        let response = try await client.send(request, on: client.eventLoop, usesIdleConnection: false)
        guard response.status == 200 else { throw ValueFault("the answer has status \(response.status)") }
        return try KeySet(parsing: await response.body.collect(upTo: KeySet.maximumSize))
    }
}

extension PublishedKeys {
    /// An address of https, with a query if there must be one.
    struct Address: Sendable, CustomStringConvertible {
        let base: BaseURL
        private let query: Substring

        /// - Throws: `InvalidConfiguration` or ``ValueFault`` saying what is wrong.
        init(_ text: String) throws {
            let end = text.firstIndex(of: "?") ?? text.endIndex
            base = try BaseURL(String(text[..<end]))
            query = text[end...]
            guard base.origin.scheme == .https else {
                throw ValueFault("keys that come by http could be anybody's; it must begin with https://")
            }
        }

        var path: String { (base.path.isEmpty ? "/" : base.path) + query }
        var description: String { "\(base.origin)\(path)" }
    }
}
