public import CGI
public import NIOCore
internal import Synchronization

/// A FastCGI responder on libfcgi: receives requests from a web server and runs a handler for each.
///
/// Each request is received and handled on one of the given NIO event loops. Its records are read without blocking and checked
/// before libfcgi handles the request. Of the process's signals, the server changes only SIGPIPE, which it ignores. It has no
/// knowledge of HTTP.
public final class Server: Sendable {
    /// Responds to one request, whose body may still be arriving. It runs, with all nonisolated async code that it calls, on
    /// the session's event loop, which is its third argument. The sink and the body may be used only on that loop. Its task is
    /// cancelled when the client has disconnected. The response ends when it returns.
    public typealias Handler = @Sendable (consuming CGI.Request, any ByteSink, any EventLoop) async -> Void

    /// The limits of a server.
    public struct Limits: Sendable {
        /// The maximum size of a body, in bytes, up to 2 GiB - 1. A larger body is discarded, and the handler's call for it
        /// throws `BodyError.tooLarge`.
        public var maxBody = 64 << 20

        /// The memory that the bodies of all requests may use in total. If too little is left, and not enough is released
        /// within 2 seconds, a body is not received, and the handler's call for it throws `BodyError.noMemory`. A received body
        /// includes its reservation, which the handler keeps as long as it uses the body.
        public var memory = MemoryBudget.unlimited

        /// The minimum rate of an upload in bytes per second, on average over 20 seconds; 0 means no minimum. If a body arrives
        /// more slowly, the handler's call for it throws `BodyError.tooSlow`.
        public var uploadRate = 500

        /// The time limit for receiving a whole body. After that, the handler's call for it throws `BodyError.tooSlow`.
        public var uploadTimeout = Duration.seconds(900)

        /// How long a response may wait until the web server accepts more bytes. After that, the client is treated as
        /// disconnected. The limit is long because a web server accepts more only when the client has read much of the buffered
        /// data, which takes a slow client minutes.
        public var writeTimeout = Duration.seconds(300)

        /// Creates limits with default values, which suit a dedicated machine.
        public init() {}
    }

    private let listener: Listener
    private let limits: Limits
    private let handler: Handler
    private let socketWasLost: @Sendable (StartError?) -> Void
    private let eventLoops: [any EventLoop]
    private let phase = Mutex(Phase.new)

    private enum Phase {
        case new
        case running(ServerLoop, Connections, ListenerWatch?, memory: Task<Void, Never>)
        case ended
    }

    /// Creates a server.
    ///
    /// - Parameters:
    ///   - listener: the listening socket; the server closes it.
    ///   - limits: the server's limits.
    ///   - eventLoops: the loops on which handlers run, in state. They must outlive the server.
    ///   - socketWasLost: called within a second after the socket's file was removed or replaced. The argument is nil if the
    ///     server listens on a new socket. Otherwise it is the error, and the server tries again every second.
    ///   - handler: responds to one request, on the given loop; the request ends when it returns.
    public init(
        listener: Listener, limits: Limits = Limits(), eventLoops: any EventLoopGroup,
        socketWasLost: @escaping @Sendable (StartError?) -> Void = { _ in }, handler: @escaping Handler
    ) {
        precondition((0...Int(Int32.max)).contains(limits.maxBody), "maxBody is 0 to 2 GiB - 1")
        self.listener = listener
        self.limits = limits
        self.handler = handler
        self.socketWasLost = socketWasLost
        self.eventLoops = Array(eventLoops.makeIterator())
    }

    /// Starts to accept requests. Must be called only once; the server then runs until `shutdown`.
    ///
    /// - Throws: ``StartError`` if libfcgi cannot be initialised, or if descriptors, memory or threads are exhausted.
    public func start() throws(StartError) {
        try Library.initialize()
        let connections = Connections(epoll: try Epoll())
        let service = Service(handler: handler, limits: limits, connections: connections)
        var contexts: [EventLoopContext] = []
        for eventLoop in eventLoops { contexts.append(try EventLoopContext(eventLoop)) }
        let serverLoop = ServerLoop(listener, service: service, contexts: contexts)
        phase.withLock {
            guard case .new = $0 else { preconditionFailure("a server is started once") }
            // The error is ignored here: if no thread can be started, starting the server loop below fails, too, and throws.
            let watch = try? ListenerWatch(listener, serverLoop, report: socketWasLost)
            $0 = .running(serverLoop, connections, watch, memory: Task { await MallocTrimmer.lookAfter(connections) })
        }
        do throws(StartError) {
            try serverLoop.start()
        } catch {
            end()
            throw error
        }
    }

    /// The number of requests that are being received or handled.
    public var liveRequestCount: Int {
        phase.withLock { if case .running(_, let connections, _, _) = $0 { connections.busyCount } else { 0 } }
    }

    /// Stops accepting, closes idle connections, lets running requests finish, and cancels the tasks of those that are still
    /// running after `grace`. Returns when all requests have ended. A second call may shorten the grace period.
    ///
    /// On a connection that was accepted or used within the last second, the web server may be sending another request: the
    /// connection stays open until that request has been served, or until the second is over.
    ///
    /// - Parameter grace: how long running requests may continue.
    public func shutdown(grace: Duration) async {
        guard case .running(let serverLoop, _, _, _) = phase.withLock({ $0 }) else { return listener.close() }
        serverLoop.drain()
        let graceEnd = eventLoops[0].scheduleTask(in: TimeAmount(grace)) { serverLoop.cancelRequests() }
        await serverLoop.waitUntilEnded()
        graceEnd.cancel()
        end()
    }

    private func end() {
        phase.withLock {
            if case .running(_, _, let watch, let memory) = $0 {
                watch?.end()
                memory.cancel()
            }
            $0 = .ended
        }
    }
}
