internal import CFastCGI
internal import Glibc
internal import NIOCore
internal import Synchronization
internal import Threads

/// The server's epoll thread. It waits for new connections, requests on idle connections, clients that disconnect, sockets that
/// become writable, and deadlines. It never blocks on anything else, except for up to 50 ms when descriptors are exhausted, and
/// never runs the handler.
final class ServerLoop: Sendable {
    private static let listenerToken: Epoll.Token = 1
    private static let firstConnectionToken: Epoll.Token = 2

    /// The number of connections to accept before giving another process on the same socket its state.
    private static let acceptedInARow = 8

    /// How long to pause accepting when no descriptor is left for another connection.
    private static let acceptPause = TimeAmount.milliseconds(10)

    /// How long, in milliseconds, the thread blocks for the request on a connection that uses the last descriptor.
    private static let lastResortPatience: Int32 = 50

    private let listener: Listener
    private let service: Service
    private let contexts: [EventLoopContext]
    private let shared = Mutex(Shared())

    private struct Shared {
        var orders: [Command] = []
        var isEnded = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private enum Command { case watchListener, drain, cancelRequests }

    init(_ listener: Listener, service: Service, contexts: [EventLoopContext]) {
        self.listener = listener
        self.service = service
        self.contexts = contexts
    }

    func start() throws(StartError) {
        guard watchListener() else {
            throw StartError(
                "watch the listening socket", code: errno, remedy: "start the server with an open listening socket")
        }
        do throws(ThreadError) {
            try Thread.start(name: "fastcgi-serverLoop") { self.run() }
        } catch {
            throw StartError(error)
        }
    }

    // MARK: Orders from other threads

    /// Starts draining: closes the listener and idle connections.
    func drain() {
        give(.drain)
    }

    /// Adds the listener to the epoll set again, after it was given a new socket.
    func watchListenerAnew() {
        give(.watchListener)
    }

    /// Cancels all current sessions.
    func cancelRequests() {
        give(.cancelRequests)
    }

    private func give(_ order: Command) {
        shared.withLock { $0.orders.append(order) }
        service.connections.epoll.wake()
    }

    /// Returns when the server has drained.
    func waitUntilEnded() async {
        await withCheckedContinuation { continuation in
            let isEnded = shared.withLock {
                if !$0.isEnded { $0.waiting.append(continuation) }
                return $0.isEnded
            }
            if isEnded { continuation.resume() }
        }
    }

    // MARK: On the server loop's thread

    /// State that only the server loop's thread accesses.
    private struct LoopState: ~Copyable {
        let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: 256)
        var nextToken = ServerLoop.firstConnectionToken
        var nextContext = 0
        var spare = SpareDescriptor()
        var acceptedInARow = 0
        /// The size of the send buffer of accepted connections; nil until the first one.
        var sendBufferSize: Int?
        var resumeAccepting: NIODeadline?
        var isDraining = false
        /// When to check again for idle connections to close; nil if there are none.
        var nextDraining: NIODeadline?
    }

    private func run() {
        var state = LoopState()
        while true {
            followOrders(&state)
            if state.isDraining, isDrained(&state) { break }
            let timeout = millisecondsToWait(&state)
            service.connections.epoll.wait(into: state.events, milliseconds: timeout) { token, events in
                if token == Self.listenerToken {
                    accept(&state)
                } else {
                    handle(token, events, &state)
                }
            }
        }
        state.events.deallocate()
        let waiting = shared.withLock {
            $0.isEnded = true
            return $0.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Closes connections that have become idle. Returns whether all connections are closed.
    private func isDrained(_ state: inout LoopState) -> Bool {
        let connections = service.connections
        let isBusy = connections.busyCount > 0
        // A session that ended just as draining began may have left its connection idle.
        if state.nextDraining.map({ $0 <= .now() }) ?? !isBusy {
            state.nextDraining = connections.drain(isPatient: true)
        }
        return state.nextDraining == nil && !isBusy
    }

    private func followOrders(_ state: inout LoopState) {
        let orders = shared.withLock { shared in
            defer { shared.orders = [] }
            return shared.orders
        }
        for order in orders {
            switch order {
            case .watchListener:
                if !state.isDraining, state.resumeAccepting == nil { watchListener() }
            case .drain:
                state.isDraining = true
                state.resumeAccepting = nil
                // Closing the descriptor does not remove the socket from the epoll set if other processes share the socket.
                service.connections.epoll.unwatch(listener.descriptor)
                listener.close()
                state.nextDraining = service.connections.drain(isPatient: true)
            case .cancelRequests:
                state.nextDraining = service.connections.drain(isPatient: false)
                for session in service.connections.exchanges { session.cancel() }
            }
        }
    }

    /// Handles expired deadlines. Returns the milliseconds until the next one; -1 if there is none.
    private func millisecondsToWait(_ state: inout LoopState) -> Int32 {
        var next = state.nextDraining
        if let resume = state.resumeAccepting {
            if resume <= .now() {
                state.resumeAccepting = nil
                watchListener()
            } else {
                next = min(next ?? resume, resume)
            }
        }
        guard let next else { return -1 }
        return Int32(clamping: max(0, (next - .now()).nanoseconds) / 1_000_000 + 1)
    }

    @discardableResult
    private func watchListener() -> Bool {
        service.connections.epoll.watch(listener.descriptor, token: Self.listenerToken, exclusive: true)
    }

    /// Accepts one connection.
    private func accept(_ state: inout LoopState) {
        // After the last refusal, an upstream connection may have taken the descriptor that was freed.
        guard state.spare.refill() || service.connections.closeAnIdleOne() && state.spare.refill() else {
            return pauseAccepting(&state)
        }
        var descriptor = acceptWaiting()
        let isLastResort = descriptor < 0 && Self.areDescriptorsScarce(errno)
        if isLastResort {
            state.spare.giveUp()
            descriptor = acceptWaiting()
            if descriptor < 0, Self.areDescriptorsScarce(errno) { pauseAccepting(&state) }
        }
        guard descriptor >= 0 else { return }
        letOthersAccept(&state)
        let sendBufferSize = state.sendBufferSize ?? Self.sendBufferSize(of: descriptor)
        state.sendBufferSize = sendBufferSize
        let connection = Connection(
            descriptor: descriptor, token: state.nextToken, isLastResort: isLastResort, sendBufferSize: sendBufferSize)
        state.nextToken += 1
        // A web server connects only when it has a request to send. A connection without a request must not keep the last
        // descriptor.
        if isLastResort, !connection.hasArrival(within: Self.lastResortPatience) { return connection.close() }
        receive(connection, &state)
    }

    /// Moves this process to the end of the socket's wait queue after every 8 connections. If several processes wait on one
    /// socket, the kernel wakes the first in the queue, and would otherwise always wake the same one. Doing this after each
    /// connection would cost two system calls each time.
    private func letOthersAccept(_ state: inout LoopState) {
        state.acceptedInARow += 1
        guard state.acceptedInARow >= Self.acceptedInARow, state.resumeAccepting == nil else { return }
        state.acceptedInARow = 0
        service.connections.epoll.unwatch(listener.descriptor)
        watchListener()
    }

    private func acceptWaiting() -> Int32 {
        accept4(listener.descriptor, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
    }

    private static func sendBufferSize(of descriptor: Int32) -> Int {
        var size: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, &length) == 0 ? Int(size) : 0
    }

    private static func areDescriptorsScarce(_ code: Int32) -> Bool {
        [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code)
    }

    /// Stops watching the listener for `acceptPause`. The connection stays in the accept queue, so epoll would report the
    /// listener again immediately.
    private func pauseAccepting(_ state: inout LoopState) {
        service.connections.epoll.unwatch(listener.descriptor)
        state.resumeAccepting = .now() + Self.acceptPause
    }

    private func handle(_ token: Epoll.Token, _ events: UInt32, _ state: inout LoopState) {
        switch service.connections.holder(of: token) {
        case .idle(let connection): receive(connection, &state)
        case .busy(let session): session.notify(events)
        case nil: break
        }
    }

    /// Starts a session on a connection that is new or was idle.
    private func receive(_ connection: Connection, _ state: inout LoopState) {
        state.nextContext = (state.nextContext + 1) % contexts.count
        let session = RequestSession(connection, on: contexts[state.nextContext], of: service)
        service.connections.begin(session)
        session.start()
    }
}
