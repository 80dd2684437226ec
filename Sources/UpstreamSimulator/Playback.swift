import NIOCore
import NIOHTTP1

/// Sends one response: head, events at their pace, and the end or a simulated failure. Applies backpressure for slow clients,
/// and records in the journal how the response ended.
///
/// Belongs to the connection's event loop.
final class Playback {
    private let reply: Reply
    private let keepsAlive: Bool
    private let journal: Journal
    /// The request's number in the journal; nil if it is not recorded.
    private let entry: Int?
    private let context: ChannelHandlerContext

    private var answer: Answer?
    private var eventsSent = 0
    /// The timer that continues the response.
    private var timer: Scheduled<Void>?
    /// When the next event is due.
    private var due = NIODeadline.uptimeNanoseconds(0)
    private var isWriting = false
    /// Whether the whole response has been written.
    private var hasFinished = false
    /// Whether the ending is in the journal.
    private var hasEnded = false

    init(of reply: Reply, keepsAlive: Bool, journal: Journal, entry: Int?, context: ChannelHandlerContext) {
        self.reply = reply
        self.keepsAlive = keepsAlive
        self.journal = journal
        self.entry = entry
        self.context = context
    }

    func start() {
        guard reply.delay > 0 else { return begin() }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(reply.delay))) {
            self.timer = nil
            self.begin()
        }
    }

    /// Called when the client has closed the connection.
    func clientClosed() {
        timer?.cancel()
        end(.clientClosed)
    }

    private func begin() {
        switch reply.action {
        case .hang: break
        case .raw(let bytes): sendRaw(bytes)
        case .answer(let answer):
            self.answer = answer
            if let entry { journal.update(entry) { $0.status = answer.status } }
            write(.head(answer.head(keepsAlive: keepsAlive)))
            due = .now()
            advance()
        }
    }

    /// Sends the events that are due, while the channel is writable.
    func advance() {
        guard let answer, timer == nil, !isWriting, !hasFinished, !hasEnded else { return }
        isWriting = true
        let count = min(answer.script.count, reply.eventLimit)
        while eventsSent < count, context.channel.isWritable {
            write(.body(.byteBuffer(ByteBuffer(bytes: answer.script.event(eventsSent)))))
            eventsSent += 1
            if reply.pace > 0 { break }
            // A flush may make the channel writable again at once.
            if !context.channel.isWritable { context.flush() }
        }
        context.flush()
        isWriting = false
        // A failed write may have shown that the client has disconnected.
        guard !hasEnded else { return }
        if eventsSent == count {
            finish()
        } else if reply.pace > 0 {
            waitForNextEvent()
        }
    }

    private func waitForNextEvent() {
        due = max(due + .milliseconds(Int64(reply.pace)), .now())
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: due) {
            self.timer = nil
            self.advance()
        }
    }

    /// Ends the response after the last event.
    private func finish() {
        hasFinished = true
        switch reply.ending {
        case .stall: break
        case .closeConnection:
            end(.brokenOff)
            context.close(promise: nil)
        case .complete:
            let sent = context.eventLoop.makePromise(of: Void.self)
            sent.futureResult.assumeIsolated().whenComplete { result in
                if case .success = result { self.end(.completed) } else { self.end(.clientClosed) }
                if !self.keepsAlive { self.context.close(promise: nil) }
            }
            // The client's next request may arrive before this returns.
            write(.end(nil), promise: sent)
            context.flush()
        }
    }

    /// Sends bytes without the HTTP encoder, then closes the connection.
    private func sendRaw(_ bytes: [UInt8]) {
        end(.brokenOff)
        if !bytes.isEmpty,
            let encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
        {
            encoder.writeAndFlush(NIOAny(IOData.byteBuffer(ByteBuffer(bytes: bytes))), promise: nil)
        }
        context.close(promise: nil)
    }

    private func write(_ part: HTTPServerResponsePart, promise: EventLoopPromise<Void>? = nil) {
        context.write(NIOAny(part), promise: promise)
    }

    /// Records in the journal how the exchange ended; only the first call counts.
    private func end(_ ending: RecordedRequest.Ending) {
        guard !hasEnded else { return }
        hasEnded = true
        guard let entry else { return }
        journal.update(entry) {
            $0.ending = ending
            $0.eventsSent = eventsSent
        }
    }
}

extension Answer {
    /// The response head, with the API's headers.
    fileprivate func head(keepsAlive: Bool) -> HTTPResponseHead {
        var headers: HTTPHeaders = [
            "content-type": kind.rawValue,
            "x-request-id": Identifier.make("req_"),
            "openai-version": "2020-10-01",
            "openai-organization": "org-simulated",
            "openai-processing-ms": "12",
            "x-ratelimit-limit-requests": "10000",
            "x-ratelimit-remaining-requests": "9999",
            "x-ratelimit-reset-requests": "6ms",
            "x-ratelimit-limit-tokens": "2000000",
            "x-ratelimit-remaining-tokens": "1999900",
            "x-ratelimit-reset-tokens": "3ms",
        ]
        if let length { headers.add(name: "content-length", value: String(length)) }
        if let retryAfter { headers.add(name: "retry-after", value: String(retryAfter)) }
        for number in 0..<limitHeaders {
            headers.add(name: "x-ratelimit-simulated-\(number)", value: String(repeating: "9", count: 200))
        }
        if !keepsAlive { headers.add(name: "connection", value: "close") }
        return HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
    }
}
