internal import Access
internal import CGI
internal import JSON
internal import Settings
internal import Threads
internal import Translation
internal import Upstream

/// An error that ends a request. Its body has the format of the request's route.
struct HTTPError: Error, Sendable {
    /// The two body formats.
    enum Style: Sendable {
        /// `/proxy` and `/healthz`: `{"detail": …}`.
        case detail
        /// `/v1`: OpenAI's `{"error": {…}}`.
        case openAI
        /// Azure's API: the same, with Azure's codes.
        case azure

        init(of path: APIPath) {
            self = path.below == nil ? .detail : path.isAzures ? .azure : .openAI
        }
    }

    let status: Int
    /// A machine-readable identifier, also written to the log.
    let reason: String
    /// What happened and how to fix it, for people.
    private(set) var message: String
    /// Path of the request field that is invalid.
    var param: String?
    /// OpenAI's error code; nil if OpenAI has none for this error.
    var code: String?
    /// OpenAI's error type; nil selects the type that matches the status.
    var type: String?
    var headers: [(name: String, value: String)] = []
    /// What the operator must know beyond the reason; only logged.
    private(set) var detail: String?
    /// Upstream's error status and body, which are passed on to the client.
    var upstream: (status: Int, body: [UInt8])?
    /// Whether the message may contain text from upstream.
    private(set) var quotesUpstream = false

    /// The client has disconnected, so no response is sent. nginx's status for this case; used only in the log.
    static let clientLeftStatus = 499

    static func modelNotAllowed(_ model: String) -> HTTPError {
        HTTPError(
            status: 403, reason: "model_not_allowed",
            message: "This key may not use the model '\(model)'. GET /v1/models lists the models it may use.",
            param: "model",
            code: "model_not_found")
    }

    static let modelNotNamed = HTTPError(
        status: 403, reason: "model_not_allowed",
        message:
            "This key is limited to certain models, and the request does not name its model unmistakably: with one "
            + "member 'model' in a JSON body, and none in the query.",
        param: "model", code: "model_not_found")

    static let notFound = HTTPError(status: 404, reason: "not_found", message: "Not Found")

    /// The API has no such address.
    static func invalidURL(_ request: CGI.Request) -> HTTPError {
        let path = APIPath(request.path).below ?? ""
        let first = APIPath.segments(of: path).first
        guard first != "assistants", first != "threads" else { return assistantsEnded }
        let url = request.path.printable(upTo: 256)
        return HTTPError(
            status: 404, reason: "not_found", message: "Invalid URL (\(request.method.printable(upTo: 16)) \(url))")
    }

    private static let assistantsEnded = HTTPError(
        status: 404, reason: "not_found",
        message: """
            OpenAI shut down the Assistants API (/v1/assistants and /v1/threads) on 2026-08-26. Use the Responses API with \
            conversations instead: https://platform.openai.com/docs/assistants/migration
            """)

    /// This process lacks the resources for the request. The request may succeed later, or in another process.
    ///
    /// - Parameter reason: the resource that is exhausted; only logged.
    static func overloaded(_ reason: String) -> HTTPError {
        HTTPError(
            status: 503, reason: reason, message: "The proxy is at capacity. Retry in a few seconds.",
            code: "overloaded", headers: retrySoon)
    }

    static let upstreamErrorTooLarge = HTTPError(
        status: 502, reason: "upstream_oversized",
        message: """
            Upstream's error is larger than \(Redaction.sizeLimit >> 20) MB. It is not passed on, because it may quote keys.
            """,
        code: "upstream_oversized")

    static let upstreamUnfinished = HTTPError(
        status: 502, reason: "upstream_unfinished",
        message: "Upstream ended the stream before the reply was complete.", code: "upstream_unfinished")

    /// The error of a cancelled request: its client disconnected or, if the client is still connected, the process is
    /// shutting down.
    func unlessStopping(clientIsGone: Bool) -> HTTPError {
        guard status == Self.clientLeftStatus, !clientIsGone else { return self }
        return HTTPError(
            status: 503, reason: "stopping", message: "The proxy is shutting down. Retry in a few seconds.",
            code: "stopping", headers: Self.retrySoon)
    }

    /// The reason of requests that found no permit.
    static let tooManyStreams = "too_many_streams"

    private static let retrySoon = [(name: "Retry-After", value: "5")]

    static func methodNotAllowed(_ allowed: [String]) -> HTTPError {
        HTTPError(
            status: 405, reason: "method_not_allowed", message: "Method Not Allowed", code: "method_not_supported",
            headers: [("Allow", allowed.joined(separator: ", "))])
    }

    /// The error without the operator's keys and ids, which upstream's text may quote.
    func redacted(_ redaction: Redaction) -> HTTPError {
        var failure = self
        if let upstream { failure.upstream = (upstream.status, redaction.apply(upstream.body)) }
        if quotesUpstream {
            failure.message =
                message.utf8.count <= Redaction.sizeLimit
                ? redaction.apply(message) : Self.upstreamErrorTooLarge.message
            failure.param = param.flatMap { Self.identifier($0, redaction) }
            failure.code = code.flatMap { Self.identifier($0, redaction) }
            failure.type = type.flatMap { Self.identifier($0, redaction) }
        }
        return failure
    }

    /// A code, a type or a field's path from upstream without the operator's keys and ids; nil if it is too long to be one.
    private static func identifier(_ text: String, _ redaction: Redaction) -> String? {
        text.utf8.count <= 256 ? redaction.apply(text) : nil
    }

    /// The response's body.
    func body(_ style: Style) -> [UInt8] {
        switch style {
        case .detail: detailBody
        case .openAI: upstream?.body ?? reported.body
        case .azure: AzureError.body(status, upstream?.body ?? reported.body)
        }
    }

    private var detailBody: [UInt8] {
        var writer = Writer(reservingCapacity: (upstream?.body.count ?? 0) + 256)
        writer.object {
            guard let upstream else { return $0.member("detail", message) }
            $0.name("detail")
            $0.object {
                $0.member("openai_status", upstream.status)
                $0.name("body")
                $0.json(orRawText: upstream.body)
            }
        }
        return writer.bytes
    }

    /// The error in the form of OpenAI's API, with upstream's words if it is upstream's.
    var reported: ReplyFailure {
        if let upstream, let failure = ReplyFailure(errorBody: upstream.body, status: upstream.status) {
            return failure
        }
        let type = type ?? (status < 500 ? "invalid_request_error" : "server_error")
        return ReplyFailure(message: message, type: type, param: param, code: code)
    }
}

extension HTTPError {
    /// The error that the client gets for an error of any layer.
    init(_ error: any Error) {
        switch error {
        case let failure as HTTPError:
            self = failure
        case let refusal as UpstreamErrorResponse:
            self.init(refusal)
        case let error as RequestError:
            self.init(
                status: 400, reason: "invalid_request", message: error.message, param: error.param, code: error.code)
        case let error as ParseError:
            self.init(status: 400, reason: "invalid_json", message: "The request body is not valid JSON: \(error).")
        case let error as ReplyFailure:
            self.init(
                status: error.status, reason: error.ownFinding ?? "upstream_error", message: error.message,
                param: error.param, code: error.code, type: error.type)
            quotesUpstream = true
        case let error as BodyError:
            self.init(error)
        case let error as UpstreamError:
            self.init(error)
        case let error as AccessError:
            self.init(error)
        case is ThreadError:
            self = .overloaded("no_thread")
        case let error as ConfigurationError:
            let faults = error.faults.map { "GPT_PROXY_\($0.key.rawValue) \($0.message)" }
            self.init(
                status: 500, reason: "configuration",
                message: "The web server passes an invalid setting: \(faults.joined(separator: "; ")).")
        default:
            self.init(status: 500, reason: "internal_error", message: "\(error)")
        }
    }

    init(_ error: AccessError) {
        switch error {
        case .invalidKey: self = .unauthorized("invalid_key")
        case .invalidToken(let fault): self = .unauthorized(fault.rawValue)
        case .keysUnreadable:
            // Not 401, which would make the caller believe that its key was revoked, and its program would give up. 503
            // shows that the fault is the server's, and that a retry is worthwhile. A key that was not valid before gets
            // 401, whatever the file contains by now.
            self.init(
                status: 503, reason: "keys_unreadable",
                message: "The proxy cannot read its callers' keys. Contact the proxy's operator.",
                code: "keys_unreadable", headers: [("Retry-After", "30")])
        }
    }

    /// The request has no valid key or token. The client gets the same response whatever is wrong.
    ///
    /// - Parameter reason: what is wrong; only logged.
    private static func unauthorized(_ reason: String) -> HTTPError {
        HTTPError(status: 401, reason: reason, message: "Invalid proxy API key", code: "invalid_api_key")
    }

    private init(_ error: BodyError) {
        switch error {
        case .tooLarge(let limit):
            self.init(
                status: 413, reason: "body_too_large",
                message: "The request body is too large: more than \(limit) bytes (MAX_BODY).")
        case .incomplete:
            self.init(
                status: 400, reason: "body_incomplete",
                message: "The request body's length differs from Content-Length: the upload was cut off.")
        case .noDescriptor:
            self = .overloaded("no_descriptor")
        case .noMemory:
            self = .overloaded("no_memory")
        case .tooSlow:
            self.init(
                status: 408, reason: "body_too_slow",
                message:
                    "The request body arrived too slowly: at less than UPLOAD_RATE bytes per second, or for longer than "
                    + "UPLOAD_TIMEOUT.")
        }
    }

    private init(_ error: UpstreamError) {
        let (status, reason) =
            switch error.code {
            case .noDescriptor: (503, "no_descriptor")
            case .connectTimeout: (504, "upstream_connect_timeout")
            case .firstByteTimeout: (504, "upstream_first_byte_timeout")
            case .idleTimeout: (504, "upstream_idle_timeout")
            case .totalTimeout: (504, "upstream_total_timeout")
            case .unreachable: (502, "upstream_unreachable")
            case .cut: (502, "upstream_cut")
            case .protocolViolation: (502, "upstream_garbled")
            case .tooLarge: (502, "upstream_oversized")
            case .invalidRequest: (500, "internal_error")
            case .cancelled: (Self.clientLeftStatus, "client_left")
            }
        // Why a connection fails names upstream's address, or that of a proxy: only the log has it.
        let description = error.operation == .connect ? "could not connect (\(reason))" : "\(error)"
        self.init(status: status, reason: reason, message: "Upstream failed: \(description).", code: reason)
        detail = error.description
        if error.code == .noDescriptor { headers = Self.retrySoon }
    }
}

extension Writer {
    /// Writes the bytes unchanged if they are JSON, otherwise as text in `{"raw_text": …}`.
    mutating func json(orRawText bytes: [UInt8]) {
        if let document = try? Document(parsing: bytes, maximumDepth: upstreamJSONDepth) {
            value(document.root)
        } else {
            object { $0.member("raw_text", String(decoding: bytes, as: UTF8.self)) }
        }
    }
}

/// Maximum nesting depth of upstream's JSON: deeper than that of clients' JSON, because responses wrap what clients sent.
let upstreamJSONDepth = 512
