internal import CGI
internal import NIOCore

/// The part of one request that has arrived, and the task that waits for more of it.
struct RequestInput {
    private(set) var parser = RequestParser()
    var body: BodyBuffer

    /// The value of `CONTENT_LENGTH`; set by `takeParameters`.
    private(set) var announcedLength: String?

    /// The minimum rate at which the rest must arrive; nil until the session has had to wait for input.
    var pace: UploadPace?
    /// The next check of the pace.
    var paceCheck: Scheduled<Void>?

    /// The handler's task, while it waits for input.
    private var waiting: CheckedContinuation<Void, Never>?

    /// Whether bytes after the end of the request were received with it.
    private var hasSurplus = false

    init(maxBody: Int) {
        body = BodyBuffer(limit: maxBody)
    }

    /// Whether the variables are complete.
    var hasVariables: Bool { parser.stage != .beginning && parser.stage != .parameters }

    /// Whether the request is complete or aborted.
    var isAtEnd: Bool { parser.stage == .end || isAborted }

    /// Whether the web server has aborted the request.
    var isAborted: Bool { parser.stage == .aborted }

    /// Whether the next byte on the connection starts another request, so that the connection can be reused.
    var isComplete: Bool { parser.stage == .end && !hasSurplus && body.failure != .incomplete }

    /// Parses received bytes.
    ///
    /// - Throws: if they are not a valid request.
    mutating func take(_ bytes: UnsafeRawBufferPointer) throws(RequestParser.Fault) {
        pace?.count(bytes.count)
        let count = try parser.parse(bytes.bytes, into: &body)
        if count < bytes.count { hasSurplus = true }
        if isAborted { body.fail(.incomplete) }
    }

    /// Returns the reply to management records and removes it.
    mutating func takeReply() -> [UInt8] { parser.takeReply() }

    /// Returns the variables and removes them, because the request keeps them.
    mutating func takeParameters() -> Parameters {
        announcedLength = parser.parameters["CONTENT_LENGTH"]
        return parser.takeParameters()
    }

    var isAwaited: Bool { waiting != nil }

    mutating func suspend(_ continuation: CheckedContinuation<Void, Never>) {
        waiting = continuation
    }

    mutating func resume() {
        waiting.take()?.resume()
    }

    mutating func endPace() {
        pace = nil
        paceCheck.take()?.cancel()
    }
}
