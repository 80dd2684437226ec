internal import CGI
internal import NIOCore

/// What has come of one request, and what waits for more of it.
struct RequestInput {
    private(set) var parser = RequestParser()
    var body: BodyBuffer

    /// `CONTENT_LENGTH`, once the variables are taken.
    private(set) var announcedLength: String?

    /// How fast the rest has to come, once it was waited for.
    var pace: UploadPace?
    /// The next look at the pace.
    var paceCheck: Scheduled<Void>?

    /// The handler's task, when it waits for input.
    private var waiting: CheckedContinuation<Void, Never>?

    /// Whether something came with the request that is not part of it.
    private var hasSurplus = false

    init(maxBody: Int) {
        body = BodyBuffer(limit: maxBody)
    }

    /// Whether the variables are there.
    var hasVariables: Bool { parser.stage != .beginning && parser.stage != .parameters }

    /// Whether no more of the request is to come.
    var isAtEnd: Bool { parser.stage == .end || isAborted }

    /// Whether the web server has given the request up.
    var isAborted: Bool { parser.stage == .aborted }

    /// Whether the next byte on the connection begins another request.
    var isComplete: Bool { parser.stage == .end && !hasSurplus && body.failure != .incomplete }

    /// Takes bytes as they came.
    ///
    /// - Throws: when they are no request.
    mutating func take(_ bytes: UnsafeRawBufferPointer) throws(RequestParser.Fault) {
        pace?.count(bytes.count)
        let count = try parser.parse(bytes.bytes, into: &body)
        if count < bytes.count { hasSurplus = true }
        if isAborted { body.fail(.incomplete) }
    }

    /// What is to be written in reply to management records, once.
    mutating func takeReply() -> [UInt8] { parser.takeReply() }

    /// The variables, once: the request keeps them.
    mutating func takeParameters() -> Parameters {
        announcedLength = parser.parameters["CONTENT_LENGTH"]
        return parser.takeParameters()
    }

    var isAwaited: Bool { waiting != nil }

    mutating func await(_ continuation: CheckedContinuation<Void, Never>) {
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
