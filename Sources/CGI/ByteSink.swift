/// The destination of one response's bytes: a FastCGI connection, a CGI program's standard output, or a test's buffer.
///
/// A sink belongs to one exchange and is used only on that exchange's event loop. On a FastCGI connection, no call blocks:
/// bytes that the web server does not accept yet wait in memory, and producers use `pendingByteCount` to slow down. When the
/// client has disconnected, writes are discarded and the exchange's task is cancelled. The response ends when the handler
/// returns.
public protocol ByteSink: AnyObject, Sendable {
    /// Lets `body` append bytes to the output buffer. The next `flush` sends them.
    ///
    /// - Parameter body: gets a buffer that may contain other bytes already; it must only append.
    func append(_ body: (inout [UInt8]) -> Void)

    /// Sends as many of the written bytes as the web server accepts now; the others are sent automatically when it accepts
    /// more.
    func flush()

    /// Like `flush`, but for the end of a response: the last bytes may be kept and sent together with the response's end. They
    /// do not count as pending.
    func flushLast()

    /// The number of written bytes that the web server has not accepted yet.
    var pendingByteCount: Int { get }

    /// Whether the client has disconnected, so that written bytes are discarded.
    var clientIsGone: Bool { get }

    /// Calls `action` once, on the exchange's event loop, when all flushed bytes have been sent or the client has disconnected;
    /// immediately if that is already the case. Several actions can wait; all are called, in the order of the calls.
    ///
    /// - Parameter action: the closure to call.
    func whenDrained(_ action: @escaping @Sendable () -> Void)
}

extension ByteSink {
    /// Appends bytes to the output buffer.
    ///
    /// - Parameter bytes: the bytes to append.
    public func write(_ bytes: [UInt8]) {
        append { $0.append(contentsOf: bytes) }
    }

    public func flushLast() {
        flush()
    }
}
