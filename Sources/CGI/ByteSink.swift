/// Where the bytes of one response go: a FastCGI connection, a CGI program's standard output, a test's memory.
///
/// A sink belongs to one exchange and is used on that exchange's event loop only. Nothing here blocks: what the web
/// server does not take at once waits in memory, and `pendingByteCount` tells the producer to slow down. When the
/// client has gone, writes are swallowed and the exchange's task is cancelled. The response ends when the handler
/// returns.
public protocol ByteSink: AnyObject, Sendable {
    /// Appends what `body` appends to what is to be sent. It leaves with the next `flush`.
    ///
    /// - Parameter body: gets a buffer that may hold other bytes already, and only appends.
    func append(_ body: (inout [UInt8]) -> Void)

    /// Sends as much of what was written as the web server takes now; the rest follows by itself.
    func flush()

    /// As `flush`, for the last of a response: some of it may leave together with the response's end, and counts as taken.
    func flushLast()

    /// How many bytes were written and not yet taken by the web server.
    var pendingByteCount: Int { get }

    /// Whether nobody takes what is written any more.
    var clientIsGone: Bool { get }

    /// Calls `action` once, on the exchange's event loop, when all that was flushed is taken or the client has gone;
    /// at once if that is so already. A second call replaces an action that still waits.
    func whenDrained(_ action: @escaping @Sendable () -> Void)
}

extension ByteSink {
    /// Appends bytes to what is to be sent.
    public func write(_ bytes: [UInt8]) {
        append { $0.append(contentsOf: bytes) }
    }

    public func flushLast() {
        flush()
    }
}
