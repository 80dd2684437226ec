internal import CGI
internal import NIOCore

/// One request and its response: reads it or has it read, runs the handler in a task, watches the client, ends it.
///
/// `@unchecked Sendable`: everything that changes is touched only on `eventLoop`. Before `begin` has run there, the
/// connection belongs to the thread that reads.
final class Exchange: @unchecked Sendable {
    let connection: Connection
    let eventLoop: any EventLoop
    let service: Service
    private let executor: EventLoopTaskExecutor

    private var phase = Phase.arriving
    /// The request on its way to the handler, whose it then is alone.
    private var request: CGI.Request?
    private var task: Task<Void, Never>?
    private var isCancelled = false
    private var watchesInput = true
    private var armedEvents: UInt32 = 0

    /// What the sink keeps; see the extension that implements it.
    var output = OutputBuffer()
    var drainAction: (@Sendable () -> Void)?
    var stall: Scheduled<Void>?
    private(set) var clientIsGone = false

    private enum Phase { case arriving, running, ended }

    init(_ connection: Connection, on executor: EventLoopTaskExecutor, of service: Service) {
        self.connection = connection
        self.executor = executor
        self.eventLoop = executor.eventLoop
        self.service = service
    }

    var isOpen: Bool { phase == .running && !clientIsGone }

    // MARK: From other threads

    /// Reads a request that has arrived whole, on the event loop: that saves a hop and cannot block.
    func readAndBegin() {
        eventLoop.execute { self.run(self.service.reader.read(self.connection, mayWait: false)) }
    }

    /// Goes on with the request that was read; nil: there was none.
    func begin(_ request: CGI.Request?) {
        eventLoop.execute { self.run(request) }
    }

    /// Passes on what epoll saw on the connection.
    func notify(_ events: UInt32) {
        eventLoop.execute { self.handle(events) }
    }

    func cancel() {
        eventLoop.execute {
            self.isCancelled = true
            self.task?.cancel()
        }
    }

    // MARK: On the event loop

    private func run(_ request: CGI.Request?) {
        guard let request else {
            phase = .ended
            connection.close()
            service.connections.end(connection)
            return
        }
        phase = .running
        self.request = request
        task = Task(executorPreference: executor) {
            if let request = self.request.take() { await self.service.handler(consume request, self, self.eventLoop) }
            await self.sendAllButLastPiece()
            self.finish()
        }
        if isCancelled { task?.cancel() }
        arm()
    }

    private func finish() {
        eventLoop.assertInEventLoop()
        if clientIsGone {
            connection.forbidReuse()
            // Without it, finishing would write to a peer that may be alive and stuck.
            connection.shutdown(.both)
        } else {
            if service.connections.isDraining { connection.forbidReuse() }
            output.takePiece(upTo: Connection.maxPiece, connection.put)
        }
        phase = .ended
        task = nil
        drainAction = nil
        if connection.finish() {
            service.connections.endAndKeep(connection, isArmed: armedEvents == Connections.idleEvents)
        } else {
            service.connections.end(connection)
        }
    }

    /// Lets nothing more be sent, and the handler know.
    func loseClient() {
        guard isOpen else { return }
        clientIsGone = true
        output.removeAll()
        endStall()
        task?.cancel()
        fireDrainAction()
    }

    private func handle(_ events: UInt32) {
        guard phase == .running else {
            // Not begun: everything is armed then. Ended: the connection may be idle by now, and this was its event.
            if phase == .ended { service.connections.rearmIfIdle(connection) }
            return
        }
        armedEvents = 0
        guard events & Epoll.gone == 0 else { return loseClient() }
        if events & Epoll.readable != 0 {
            guard !connection.isAborted() else { return loseClient() }
            // Something else to read stays there, and must not be reported over and over.
            watchesInput = false
        }
        if events & Epoll.writable != 0 { resumeSending() }
        arm()
    }

    /// Has epoll report the client's leaving and, when sending is stalled, that it can go on.
    func arm() {
        guard isOpen else { return }
        var events = Epoll.peerClosed
        if watchesInput { events |= Epoll.readable }
        if stall != nil { events |= Epoll.writable }
        guard events != armedEvents else { return }
        armedEvents = events
        if !service.connections.epoll.arm(connection, for: events) { loseClient() }
    }
}
