internal import CGI
internal import NIOCore

/// One request and its response: receives the request, runs the handler in a task, notices when the client disconnects, and
/// ends the request.
///
/// | phase | what happens | next phase |
/// |---|---|---|
/// | arriving | the variables are received | running; ended if no request arrives |
/// | running | the handler runs, receives the body if it asks for it, writes the response | ended; lingering if the request is incomplete |
/// | lingering | the response is complete; further input is discarded | ended |
/// | ended | the connection is idle, or closed | |
///
/// Input is in `RequestSession+RequestBody.swift`, output in `RequestSession+ByteSink.swift`.
///
/// `@unchecked Sendable`: all mutable state is accessed only on `eventLoop`.
final class RequestSession: @unchecked Sendable {
    let connection: Connection
    let context: EventLoopContext
    let service: Service

    private(set) var phase = Phase.arriving
    private var task: Task<Void, Never>?
    private var isCancelled = false
    private var armedEvents: UInt32 = 0
    /// Whether further input follows the request. It stays in the socket, so epoll must not watch for input any more: it would
    /// report it again and again.
    private var isFollowed = false

    /// The state of the request's input; see `RequestSession+RequestBody.swift`.
    var input: RequestInput
    /// The state of the output, with the next two; see `RequestSession+ByteSink.swift`.
    var output = OutputBuffer()
    var drainActions: [@Sendable () -> Void] = []
    var stall: Scheduled<Void>?
    private(set) var clientIsGone = false

    enum Phase { case arriving, running, lingering, ended }

    init(_ connection: Connection, on context: EventLoopContext, of service: Service) {
        self.connection = connection
        self.context = context
        self.service = service
        input = RequestInput(maxBody: service.maxBody)
    }

    var eventLoop: any EventLoop { context.eventLoop }

    var isOpen: Bool { phase == .running && !clientIsGone }

    // MARK: From other threads

    /// Starts to receive the request.
    func start() {
        eventLoop.execute { self.receiveHead() }
    }

    /// Handles the events that epoll has reported for the connection.
    func notify(_ events: UInt32) {
        eventLoop.execute { self.handle(events) }
    }

    func cancel() {
        eventLoop.execute {
            self.isCancelled = true
            self.task?.cancel()
            self.giveUpInput(.tooSlow)
        }
    }

    // MARK: On the event loop

    /// Runs the handler, after the variables have been received.
    func run() {
        let parameters = input.takeParameters()
        connection.beginResponse(
            id: input.parser.requestID, keepsConnection: input.parser.keepsConnection,
            to: parameters["SERVER_SOFTWARE"])
        phase = .running
        let request = CGI.Request(parameters: parameters, body: self)
        task = Task(executorPreference: context.executor) {
            await self.service.handler(request, self, self.eventLoop)
            await self.sendAllButLastPiece()
            await self.discardRest()
            self.finish()
        }
        if isCancelled { task?.cancel() }
        arm()
    }

    /// Ends the response, and with it the session, unless the rest of the request has to be discarded first.
    private func finish() {
        eventLoop.assertInEventLoop()
        task = nil
        drainActions = []
        if clientIsGone || service.connections.isDraining || !input.isComplete { connection.forbidReuse() }
        // The web server may be alive but not reading. Nothing is then written: it would block.
        if !clientIsGone, output.takePiece(upTo: Connection.maxPiece, connection.endResponse) {
            phase = .ended
            service.connections.endAndKeep(connection, isArmed: armedEvents == Connections.idleEvents)
        } else if clientIsGone || input.isAtEnd || connection.isLastResort {
            close()
        } else {
            phase = .lingering
            linger()
        }
    }

    /// Ends a session without any input: the connection stays idle and waits for a request.
    func keepIdle() {
        phase = .ended
        service.connections.endAndKeep(connection, isArmed: false)
    }

    /// Ends the session and closes the connection.
    func close() {
        guard phase != .ended else { return }
        phase = .ended
        input.endPace()
        connection.close()
        service.connections.end(connection)
    }

    /// Marks the client as disconnected: discards all output, and cancels the handler's task.
    func loseClient() {
        guard isOpen else { return }
        clientIsGone = true
        output.removeAll()
        endStall()
        task?.cancel()
        fireDrainActions()
        giveUpInput(.incomplete)
    }

    // MARK: Events

    private func handle(_ events: UInt32) {
        armedEvents = 0
        switch phase {
        case .arriving: receiveHead()
        case .running: handleWhileRunning(events)
        case .lingering: discardInput()
        // The connection may be idle by now, and this event may announce its next request.
        case .ended: service.connections.rearmIfIdle(connection)
        }
    }

    private func handleWhileRunning(_ events: UInt32) {
        guard events & Epoll.gone == 0 else { return loseClient() }
        if events & Epoll.readable != 0 {
            if input.isAwaited {
                input.resume()
            } else if input.isAtEnd {
                guard !connection.isAborted() else { return loseClient() }
                isFollowed = true
            }
        }
        if events & Epoll.writable != 0 { resumeSending() }
        arm()
    }

    /// Arms epoll for the peer's close, for input if it is awaited, and for writability during a stall.
    func arm() {
        guard phase != .ended, !clientIsGone else { return }
        var events = Epoll.peerClosed
        if watchesInput { events |= Epoll.readable }
        if stall != nil { events |= Epoll.writable }
        guard events != armedEvents else { return }
        armedEvents = events
        guard !service.connections.epoll.arm(connection, for: events) else { return }
        if phase == .running { loseClient() } else { close() }
    }

    /// Whether to watch for input. Input that the handler has not asked for stays in the socket.
    private var watchesInput: Bool {
        guard phase == .running else { return true }
        return input.isAtEnd ? !isFollowed : input.isAwaited
    }
}
