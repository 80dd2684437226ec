internal import EventLoops
public import Logging
internal import NIOCore
internal import Settings
internal import Synchronization
public import Upstream

/// The keys that an issuer publishes at a URL (`JWT_JWKS_URL`): fetched for the first token, cached, and fetched again when
/// a token names an unknown key and after an hour, because an issuer may revoke a key.
///
/// Tokens with invented key ids cause at most one fetch per minute. A failed fetch changes nothing: valid keys stay valid.
final class PublishedKeys: Sendable {
    private struct State {
        var keySet = KeySet.empty
        var pace = RefreshPace()
        /// The current fetch.
        var fetch: Task<Void, Never>?
    }

    /// The time limit for a fetch.
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

    /// The keys of the last fetch; none before the first one.
    var keySet: KeySet { state.withLock { $0.keySet } }

    /// Whether the keys should be fetched again.
    var isStale: Bool { state.withLock { $0.pace.isStale(at: .now) } }

    /// Makes the next token trigger a fetch, regardless of the last one.
    func expire() {
        state.withLock { $0.pace = RefreshPace() }
    }

    /// Fetches the keys, or waits for the current fetch; does nothing if the last one was less than a minute ago.
    func refresh() async {
        let fetch = state.withLock { state -> Task<Void, Never>? in
            if state.fetch == nil, state.pace.mayRefresh(at: .now) {
                // An unstructured task: the fetch must not be cancelled with a request whose client disconnects.
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
            log.info("token keys fetched", metadata: ["url": "\(address)", "count": "\(keySet.keys.count)"])
        } catch {
            log.error(
                "token keys not fetched; the previous ones stay valid",
                metadata: ["url": "\(address)", "fault": "\(error)"])
        }
    }

    /// Fetches the keys once. Runs on the client's event loop, to which its task must be pinned.
    func read() async throws -> KeySet {
        let request = Request(
            method: "GET", origin: address.base.origin, path: address.path,
            headers: [("Accept", "application/json"), ("User-Agent", "gpt-proxy/\(version)")])
        let response = try await client.send(request, on: client.eventLoop, usesIdleConnection: false)
        guard response.status == 200 else { throw ValueFault("the response has status \(response.status)") }
        return try KeySet(parsing: await response.body.collect(upTo: KeySet.maximumSize))
    }
}

extension PublishedKeys {
    /// An https URL, possibly with a query.
    struct Address: Sendable, CustomStringConvertible {
        let base: BaseURL
        private let query: Substring

        /// - Throws: `InvalidConfiguration` or ``ValueFault`` with a description of the error.
        init(_ text: String) throws {
            let end = text.firstIndex(of: "?") ?? text.endIndex
            base = try BaseURL(String(text[..<end]))
            query = text[end...]
            guard base.origin.scheme == .https else {
                throw ValueFault("keys that are fetched over http can be forged; the URL must begin with https://")
            }
        }

        var path: String { (base.path.isEmpty ? "/" : base.path) + query }
        var description: String { "\(base.origin)\(path)" }
    }
}

extension AccessSettings {
    /// Fetches the keys that the issuer publishes, to check the URL. Runs on the client's event loop, to which its task must
    /// be pinned.
    ///
    /// - Returns: the algorithm of each key; nil if the configuration has no URL.
    /// - Throws: an error that describes why the keys cannot be used.
    public func fetchPublishedKeys(_ client: Client, log: Logger) async throws -> [String]? {
        guard case .published(let address)? = tokens?.keys else { return nil }
        return try await PublishedKeys(address, client: client, log: log).read().keys.map(\.algorithm.rawValue)
    }
}
