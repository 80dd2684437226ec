internal import NIOCore

/// The idle and busy connections of one event loop.
///
/// The number of busy connections is not limited: it is the number of running requests.
///
/// `@unchecked Sendable`: all state is accessed only on `eventLoop`.
final class ConnectionPool: @unchecked Sendable {
    let eventLoop: any EventLoop
    let configuration: Client.Configuration
    let limits: TimeLimits
    let trustStore: TrustStore
    let names: NameResolver
    let dial: Dial

    /// The idle connections, in the order in which they became idle. There are few origins, so a search from the end is short.
    private var kept: [Connection] = []
    private var open: [ObjectIdentifier: Connection] = [:]
    private var nextLook: Scheduled<Void>?
    private var isShutDown = false

    init(
        _ configuration: Client.Configuration, trustStore: TrustStore, names: NameResolver, dial: @escaping Dial,
        eventLoop: any EventLoop
    ) {
        self.configuration = configuration
        self.limits = TimeLimits(configuration)
        self.trustStore = trustStore
        self.names = names
        self.dial = dial
        self.eventLoop = eventLoop
    }

    /// Removes and returns the idle connection that was used last; nil if there is none. It is the least likely to be stale,
    /// and the others can reach their idle limit.
    func takeIdle(for origin: Origin, at now: NIODeadline) -> Connection? {
        while let index = kept.lastIndex(where: { $0.origin == origin }) {
            let connection = kept.remove(at: index)
            if now < connection.reuseEnd { return connection }
            connection.close()
        }
        return nil
    }

    /// Establishes a new connection.
    func connect(to origin: Origin, until deadline: NIODeadline) async -> Result<Connection, UpstreamError> {
        await ConnectionAttempt(origin: origin, pool: self, exchangeDeadline: deadline).run()
    }

    /// Adds a new connection. Its maximum age has a random part, so that connections that were established together do not
    /// expire together.
    func add(_ connection: Connection) {
        connection.reuseEnd = eventLoop.now + limits.age - .nanoseconds(.random(in: 0...limits.age.nanoseconds / 5))
        open[ObjectIdentifier(connection)] = connection
        if nextLook == nil { scheduleLook() }
    }

    /// Keeps a connection that has become idle, or closes it if it cannot be kept.
    func keep(_ connection: Connection) {
        guard !isShutDown && configuration.maximumIdleConnections > 0 && connection.lastActivity < connection.reuseEnd
        else {
            return connection.close()
        }
        if kept.count >= configuration.maximumIdleConnections { kept.first?.close() }
        kept.append(connection)
    }

    /// Removes a connection that has closed.
    func remove(_ connection: Connection) {
        open[ObjectIdentifier(connection)] = nil
        if let index = kept.firstIndex(where: { $0 === connection }) { kept.remove(at: index) }
        if open.isEmpty {
            nextLook?.cancel()
            nextLook = nil
        }
    }

    /// Closes idle connections. Busy connections close when their response has ended.
    func shutDown() {
        isShutDown = true
        for connection in kept { connection.close() }
    }

    private func scheduleLook() {
        nextLook = eventLoop.scheduleTask(in: limits.timeoutCheckInterval) { self.look() }
    }

    private func look() {
        nextLook = nil
        let now = eventLoop.now
        for connection in open.values { connection.checkTimeLimits(limits, now: now) }
        if !open.isEmpty { scheduleLook() }
    }
}
