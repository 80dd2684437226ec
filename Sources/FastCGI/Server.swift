public import CGI
public import NIOCore
internal import Synchronization

/// A FastCGI responder on libfcgi: takes requests from a web server and answers each with a handler.
///
/// Each request is received and handled on one of the NIO event loops it is given. Its records are read without waiting and
/// checked before libfcgi learns of it. It does not touch signals, beyond ignoring SIGPIPE, and knows nothing of HTTP.
public final class Server: Sendable {
    /// Answers one request, whose body may still be arriving. It runs, with all nonisolated async code below it, on the
    /// exchange's event loop, which it is given and which is the only place where the sink and the body may be used. Its task
    /// is cancelled when the client has gone. The response ends when it returns.
    public typealias Handler = @Sendable (consuming CGI.Request, any ByteSink, any EventLoop) async -> Void

    /// What a server puts up with.
    public struct Limits: Sendable {
        /// The largest body, in bytes, up to 2 GiB - 1. Of a larger one nothing is kept, and who asks for it gets
        /// `BodyError.tooLarge`.
        public var maxBody = 64 << 20

        /// What the bodies of all requests may take together. One for which there is no room, nor soon will be, is not
        /// received: who asks for it gets `BodyError.noMemory`. With the others come their shares, to hold as long as needed.
        public var memory = MemoryBudget.unlimited

        /// How many bytes a second of a body must come, on average over 20 seconds; 0 sets no such limit. Who asks for a body
        /// that comes more slowly gets `BodyError.tooSlow`.
        public var uploadRate = 500

        /// How long a body may take as a whole. After that, who asks for it gets `BodyError.tooSlow`.
        public var uploadTimeout = Duration.seconds(900)

        /// How long a response may wait for the web server to take a byte. Then the client counts as gone. A web server takes
        /// the next bytes only when the client has read much of what is buffered for it: a slow client needs minutes.
        public var writeTimeout = Duration.seconds(300)

        /// Limits that suit a machine of its own; only those that differ need to be set.
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
        case running(Watcher, Connections, ListenerWatch?, memory: Task<Void, Never>)
        case ended
    }

    /// - Parameters:
    ///   - listener: where to listen; the server closes it.
    ///   - limits: what the server puts up with.
    ///   - eventLoops: where handlers run, in turn. They must outlive the server.
    ///   - socketWasLost: called within a second of the socket's file being removed or replaced. The argument is nil if the
    ///     server listens on a new socket. Otherwise it is the error, and the server tries again every second.
    ///   - handler: answers one request, on the loop it is given; the request ends when it returns.
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

    /// Begins to accept requests. Called once; a server that has started runs until `shutdown`.
    public func start() throws(StartError) {
        try Library.initialize()
        let connections = Connections(epoll: try Epoll())
        let service = Service(handler: handler, limits: limits, connections: connections)
        var contexts: [EventLoopContext] = []
        for eventLoop in eventLoops { contexts.append(try EventLoopContext(eventLoop)) }
        let watcher = Watcher(listener, service: service, contexts: contexts)
        phase.withLock {
            guard case .new = $0 else { preconditionFailure("a server is started once") }
            // Where the system starts no more threads, the watcher's fails below.
            let watch = try? ListenerWatch(listener, watcher, report: socketWasLost)
            $0 = .running(watcher, connections, watch, memory: Task { await CrowdMemory.lookAfter(connections) })
        }
        do throws(StartError) {
            try watcher.start()
        } catch {
            end()
            throw error
        }
    }

    /// Requests that are being read or answered.
    public var liveRequestCount: Int {
        phase.withLock { if case .running(_, let connections, _, _) = $0 { connections.busyCount } else { 0 } }
    }

    /// Stops accepting, closes idle connections, lets running requests finish, and cancels the tasks of those that have
    /// not after `grace`. Returns when all have ended. A second call may shorten the grace.
    ///
    /// A connection that was accepted or used within the last second may have a request on its way: it stays until that has
    /// been served, or the second is over.
    public func shutdown(grace: Duration) async {
        guard case .running(let watcher, _, _, _) = phase.withLock({ $0 }) else { return listener.close() }
        watcher.drain()
        let graceEnd = eventLoops[0].scheduleTask(in: TimeAmount(grace)) { watcher.cancelExchanges() }
        await watcher.waitUntilEnded()
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
