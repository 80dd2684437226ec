internal import CFastCGI
internal import Glibc

/// A Linux epoll set. Descriptors may be armed from any thread.
///
/// Events carry tokens instead of descriptors: the kernel reuses a descriptor's number as soon as it is closed, but a token is
/// never reused. An event that was fetched just before its connection ended can thus be recognised as stale.
final class Epoll: Sendable {
    typealias Token = UInt64

    /// There is something to read, or the peer has closed the connection.
    static let readable = EPOLLIN.rawValue
    static let writable = EPOLLOUT.rawValue
    static let peerClosed = EPOLLRDHUP.rawValue
    static let gone = EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue

    private static let wakeToken: Token = 0

    private let descriptor: Int32
    private let alarm: Int32

    init() throws(StartError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        alarm = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard descriptor >= 0, alarm >= 0, control(EPOLL_CTL_ADD, alarm, Self.readable, Self.wakeToken) else {
            throw StartError("create an epoll set", code: errno, remedy: "raise the limit on open files (ulimit -n)")
        }
    }

    deinit {
        close(descriptor)
        close(alarm)
    }

    /// Makes `wait` return. Can be called from any thread.
    func wake() {
        eventfd_write(alarm, 1)
    }

    /// Watches a descriptor for input until it is closed; it need not be armed again. `exclusive`: if several processes watch
    /// the same listening socket, the kernel wakes only one of them.
    @discardableResult
    func watch(_ watched: Int32, token: Token, exclusive: Bool = false) -> Bool {
        control(EPOLL_CTL_ADD, watched, Self.readable | (exclusive ? EPOLLEXCLUSIVE.rawValue : 0), token)
    }

    func unwatch(_ watched: Int32) {
        control(EPOLL_CTL_DEL, watched, 0, 0)
    }

    /// Watches a connection for one event; it must be armed again for the next.
    func arm(_ connection: Connection, for events: UInt32) -> Bool {
        let operation = connection.isKnownToEpoll ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
        connection.isKnownToEpoll = true
        return control(operation, connection.descriptor, events | EPOLLONESHOT.rawValue, connection.token)
    }

    /// Waits for events for at most `milliseconds` (-1: forever) and calls `pass` with the token and the flags of each. Tokens
    /// start at 1.
    func wait(
        into events: UnsafeMutableBufferPointer<epoll_event>, milliseconds: Int32,
        _ pass: (Token, UInt32) -> Void
    ) {
        let count = Int(epoll_wait(descriptor, events.baseAddress, Int32(events.count), milliseconds))
        guard count > 0 else { return }
        for event in events[..<count] {
            guard event.data.u64 != Self.wakeToken else {
                var wakes: eventfd_t = 0
                eventfd_read(alarm, &wakes)
                continue
            }
            pass(event.data.u64, event.events)
        }
    }

    @discardableResult
    private func control(_ operation: Int32, _ watched: Int32, _ events: UInt32, _ token: Token) -> Bool {
        var event = epoll_event(events: events, data: epoll_data_t(u64: token))
        return epoll_ctl(descriptor, operation, watched, &event) == 0
    }
}
