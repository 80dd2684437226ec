package import NIOCore
package import NIOEmbedded
package import Upstream

/// Upstream servers in memory, on an event loop whose time the test advances.
///
/// `@unchecked Sendable`: used on one thread only, because the event loop is.
package final class MemoryUpstream: @unchecked Sendable {
    /// What happens to an attempt to connect.
    package enum Reachability {
        case accepts
        case refuses
        /// The attempt has no outcome before its timeout.
        case hangs
    }

    package let eventLoop = EmbeddedEventLoop()
    /// Of each port; `accepts` if it is not set.
    package var reachability: [Int: Reachability] = [:]
    /// All connections, in the order in which they were opened.
    package private(set) var connections: [MemoryConnection] = []

    package init() {}

    /// A client whose connections lead here, whatever their addresses.
    package func makeClient(_ configuration: Client.Configuration = Client.Configuration()) -> Client {
        Client(configuration: configuration, eventLoopGroup: eventLoop) { [self] peer, addresses, timeout, _ in
            connect(to: addresses[0], port: peer.port, timeout: timeout)
        }
    }

    /// The requests on all connections, in the order of their connections.
    package var requests: [MemoryRequest] { connections.flatMap(\.requests) }

    /// The connections that neither side has closed.
    package var openConnections: [MemoryConnection] { connections.filter(\.isOpen) }

    private func connect(
        to address: SocketAddress, port: Int, timeout: TimeAmount
    ) -> EventLoopFuture<any Channel> {
        let promise = eventLoop.makePromise(of: (any Channel).self)
        switch reachability[port] ?? .accepts {
        case .accepts:
            let connection = MemoryConnection(port: port)
            connections.append(connection)
            let channel = EmbeddedChannel(handler: connection, loop: eventLoop)
            channel.connect(to: address).map { channel }.cascade(to: promise)
        case .refuses:
            promise.fail(IOError(errnoCode: 111, reason: "connect"))
        case .hangs:
            eventLoop.scheduleTask(in: timeout) { promise.fail(ChannelError.connectTimeout(timeout)) }
        }
        return promise.futureResult
    }
}

/// One connection to ``MemoryUpstream``, from the server's side.
///
/// Like a socket, it keeps what the server has sent until the client reads.
package final class MemoryConnection: ChannelDuplexHandler, @unchecked Sendable {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundIn = ByteBuffer

    package let port: Int
    /// What the client has sent.
    package private(set) var received: [UInt8] = []
    /// Whether neither side has closed the connection.
    package private(set) var isOpen = true
    /// The number of bytes that the server has sent and the client has not read.
    package var unreadByteCount: Int { unread.count }

    private var unread: [UInt8] = []
    private var isEnded = false
    private var clientReads = false
    private var context: ChannelHandlerContext?

    init(port: Int) {
        self.port = port
    }

    /// The complete requests, in the order of their arrival.
    package var requests: [MemoryRequest] {
        var (requests, rest) = ([MemoryRequest](), received[...])
        while let request = MemoryRequest(from: &rest) { requests.append(request) }
        return requests
    }

    /// Sends bytes, which arrive when the client reads and the event loop runs.
    package func send(_ bytes: some Sequence<UInt8>) {
        unread += bytes
        scheduleDelivery()
    }

    package func send(_ text: String) {
        send(text.utf8)
    }

    /// Reads no more of what the client sends.
    package func stopReading() {
        guard let context, let channel = context.channel as? EmbeddedChannel else { return }
        channel.isWritable = false
        context.fireChannelWritabilityChanged()
    }

    /// Closes the connection from the server's side, after what it has sent.
    package func close() {
        isEnded = true
        scheduleDelivery()
    }

    private func scheduleDelivery() {
        context?.eventLoop.assumeIsolated().execute { self.deliver() }
    }

    private func deliver() {
        guard let context, clientReads, !unread.isEmpty || isEnded else { return }
        clientReads = false
        guard !unread.isEmpty else { return context.close(promise: nil) }
        let bytes = ByteBuffer(bytes: unread)
        unread = []
        context.fireChannelRead(wrapInboundOut(bytes))
        context.fireChannelReadComplete()
    }

    // MARK: The channel's handler

    package typealias InboundOut = ByteBuffer

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    package func read(context: ChannelHandlerContext) {
        clientReads = true
        scheduleDelivery()
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        received += unwrapOutboundIn(data).readableBytesView
        promise?.succeed()
    }

    package func flush(context: ChannelHandlerContext) {}

    package func channelInactive(context: ChannelHandlerContext) {
        isOpen = false
        context.fireChannelInactive()
    }
}

/// A request that a ``MemoryConnection`` has received.
package struct MemoryRequest: Sendable {
    /// The request line and the headers.
    package let head: String
    package let body: String

    /// Takes a request from the beginning of the bytes; nil if it is not complete.
    init?(from bytes: inout ArraySlice<UInt8>) {
        let blank = Array("\r\n\r\n".utf8)
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: blank) }) else { return nil }
        head = String(decoding: bytes[..<end], as: UTF8.self)
        let start = end + blank.count
        let length = Self.value(of: "content-length", in: head).flatMap { Int($0) } ?? 0
        guard bytes.endIndex - start >= length else { return nil }
        body = String(decoding: bytes[start..<start + length], as: UTF8.self)
        bytes = bytes[(start + length)...]
    }

    /// The first value of a header.
    ///
    /// - Parameter name: in lower case.
    package func header(_ name: String) -> String? { Self.value(of: name, in: head) }

    private static func value(of name: String, in head: String) -> String? {
        head.split(separator: "\r\n").dropFirst().lazy.compactMap { line -> String? in
            guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == name else { return nil }
            return String(line[line.index(after: colon)...].drop { $0 == " " })
        }.first
    }
}
