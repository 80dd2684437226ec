internal import NIOCore

/// The connections of one event loop, idle and busy.
///
/// There is no upper bound on busy ones: as many as there are live exchanges.
///
/// `@unchecked Sendable`: everything is touched on `eventLoop` only.
final class ConnectionPool: @unchecked Sendable {
    let eventLoop: any EventLoop
    let configuration: Client.Configuration
    let limits: TimeLimits
    let trustStore: TrustStore
    let names: NameResolver

    /// In the order in which they became idle. Few origins share it, so a search from the end finds one quickly.
    private var kept: [Connection] = []
    private var open: [ObjectIdentifier: Connection] = [:]
    private var nextLook: Scheduled<Void>?
    private var isShutDown = false

    init(
        _ configuration: Client.Configuration, trustStore: TrustStore, names: NameResolver, eventLoop: any EventLoop
    ) {
        self.configuration = configuration
        self.limits = TimeLimits(configuration)
        self.trustStore = trustStore
        self.names = names
        self.eventLoop = eventLoop
    }

    /// The connection that was used last: the likeliest to be alive, and the others may stay idle until their time is over.
    func takeKept(for origin: Origin, at now: NIODeadline) -> Connection? {
        while let index = kept.lastIndex(where: { $0.origin == origin }) {
            let connection = kept.remove(at: index)
            if now < connection.reuseEnd { return connection }
            connection.close()
        }
        return nil
    }

    /// Connects; nothing is reused.
    func connect(to origin: Origin, until deadline: NIODeadline) async -> Result<Connection, UpstreamError> {
        await ConnectionAttempt(origin: origin, pool: self, exchangeDeadline: deadline).run()
    }

    /// A new connection. Those that were made together, such as the first ones, do not end together.
    func add(_ connection: Connection) {
        connection.reuseEnd = .now() + limits.age - .nanoseconds(.random(in: 0...limits.age.nanoseconds / 5))
        open[ObjectIdentifier(connection)] = connection
        if nextLook == nil { scheduleLook() }
    }

    /// An exchange is over and its connection idle.
    func keep(_ connection: Connection) {
        guard !isShutDown && configuration.keptConnections > 0 && connection.lastActivity < connection.reuseEnd else {
            return connection.close()
        }
        if kept.count >= configuration.keptConnections { kept.first?.close() }
        kept.append(connection)
    }

    /// A connection has closed.
    func remove(_ connection: Connection) {
        open[ObjectIdentifier(connection)] = nil
        if let index = kept.firstIndex(where: { $0 === connection }) { kept.remove(at: index) }
        if open.isEmpty {
            nextLook?.cancel()
            nextLook = nil
        }
    }

    /// Closes what is idle now; what is busy closes with the end of its exchange.
    func shutDown() {
        isShutDown = true
        for connection in kept { connection.close() }
    }

    private func scheduleLook() {
        nextLook = eventLoop.scheduleTask(in: limits.lookInterval) { self.look() }
    }

    private func look() {
        nextLook = nil
        let now = NIODeadline.now()
        for connection in open.values { connection.checkTimeLimits(limits, now: now) }
        if !open.isEmpty { scheduleLook() }
    }
}
