internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// A request that ends with an error, told in the words of the route it came by.
struct HTTPError: Error, Sendable {
    /// The two contracts.
    enum Style: Sendable {
        /// `/proxy` and `/healthz`: `{"detail": …}`.
        case detail
        /// `/v1`: OpenAI's `{"error": {…}}`.
        case openAI
    }

    let status: Int
    /// A word for the log and for programs.
    let reason: String
    /// What happened and the way out, for people.
    private(set) var message: String
    /// The client's field at fault, as a path.
    var param: String?
    /// OpenAI's code, where it has one for this.
    var code: String?
    /// OpenAI's word for the family of errors; nil takes the one that goes with the status.
    var type: String?
    var headers: [(name: String, value: String)] = []
    /// An error status of upstream with its body, which the client gets to see.
    var upstream: (status: Int, body: [UInt8])?
    /// Whether the message may be upstream's.
    private(set) var quotesUpstream = false

    /// Nobody is there to be answered: nginx's word for it, for the log alone.
    static let clientLeftStatus = 499

    /// The request does not show who makes it. Whatever is wrong with what it shows, its sender gets the same answer.
    ///
    /// - Parameter reason: what is wrong, for the log.
    static func unauthorized(_ reason: String = "invalid_key") -> HTTPError {
        HTTPError(status: 401, reason: reason, message: "Invalid proxy API key", code: "invalid_api_key")
    }

    /// The key was good until its file became unreadable for longer than `KEYS_FILE_GRACE`.
    ///
    /// Not 401: the caller would take its key for a revoked one, and its program would give up. With 503 it learns that the
    /// fault is the server's, and tries again. A key that was not good before gets 401, whatever the file may say by now.
    static let keysUnreadable = HTTPError(
        status: 503, reason: "keys_unreadable",
        message: "This server cannot read its callers' keys at the moment. Please tell its operator.",
        code: "keys_unreadable", headers: [("Retry-After", "30")])

    static func modelNotAllowed(_ model: String) -> HTTPError {
        HTTPError(
            status: 403, reason: "model_not_allowed",
            message: "This key may not use the model '\(model)'. GET /v1/models lists those that it may.",
            param: "model",
            code: "model_not_found")
    }

    static let modelNotNamed = HTTPError(
        status: 403, reason: "model_not_allowed",
        message: "This key may use some models only, and the request names none in a JSON body.", param: "model",
        code: "model_not_found")

    static let notFound = HTTPError(status: 404, reason: "not_found", message: "Not Found", code: "unknown_url")

    /// This process cannot take the request on now; soon, or another one, it may.
    ///
    /// - Parameter reason: what it has too little of, for the log.
    static func overloaded(_ reason: String) -> HTTPError {
        HTTPError(
            status: 503, reason: reason, message: "This server has its hands full. Try again in a few seconds.",
            code: "overloaded", headers: retrySoon)
    }

    static let upstreamErrorTooLarge = HTTPError(
        status: 502, reason: "upstream_oversized",
        message: """
            Upstream's error has more than \(Redaction.sizeLimit >> 20) MB. It is not passed on, since it may quote keys.
            """,
        code: "upstream_oversized")

    /// What ended a request that was cancelled: its client left or, when that is still there, the order to stop.
    func unlessStopping(clientIsGone: Bool) -> HTTPError {
        guard status == Self.clientLeftStatus, !clientIsGone else { return self }
        return HTTPError(
            status: 503, reason: "stopping", message: "This server is being stopped. Try again in a few seconds.",
            code: "stopping", headers: Self.retrySoon)
    }

    /// The reason of requests for which there was no place.
    static let tooManyStreams = "too_many_streams"

    private static let retrySoon = [(name: "Retry-After", value: "5")]

    static func methodNotAllowed(_ allowed: [String]) -> HTTPError {
        HTTPError(
            status: 405, reason: "method_not_allowed", message: "Method Not Allowed", code: "method_not_supported",
            headers: [("Allow", allowed.joined(separator: ", "))])
    }

    /// Without what upstream's words may hold of the operator's own.
    func redacted(_ redaction: Redaction) -> HTTPError {
        var failure = self
        if let upstream { failure.upstream = (upstream.status, redaction.apply(upstream.body)) }
        if quotesUpstream {
            failure.message =
                message.utf8.count <= Redaction.sizeLimit
                ? redaction.apply(message) : Self.upstreamErrorTooLarge.message
        }
        return failure
    }

    /// The body of the answer.
    func body(_ style: Style) -> [UInt8] {
        switch style {
        case .detail: detailBody
        case .openAI: upstream?.body ?? reported.body
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

    /// The failure as an error of OpenAI's API.
    var reported: ReplyFailure {
        let type = type ?? (status < 500 ? "invalid_request_error" : "server_error")
        return ReplyFailure(message: message, type: type, param: param, code: code)
    }
}

extension HTTPError {
    /// What an error of any layer means to the client.
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
        case let error as ConfigurationError:
            let faults = error.faults.map { "GPT_PROXY_\($0.key.rawValue) \($0.message)" }
            self.init(
                status: 500, reason: "configuration",
                message: "The web server hands over a setting that cannot be used: \(faults.joined(separator: "; ")).")
        default:
            self.init(status: 500, reason: "internal_error", message: "\(error)")
        }
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
                message: "The request body does not have the length that was announced: the upload was cut.")
        case .noDescriptor:
            self = .overloaded("no_descriptor")
        case .noMemory:
            self = .overloaded("no_memory")
        case .tooSlow:
            self.init(
                status: 408, reason: "body_too_slow",
                message:
                    "The request body came too slowly: at less than UPLOAD_RATE bytes a second, or for longer than "
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
        self.init(status: status, reason: reason, message: "Upstream failed: \(error).", code: reason)
        if error.code == .noDescriptor { headers = Self.retrySoon }
    }
}

extension Writer {
    /// The bytes as they are if they are JSON, else `{"raw_text": …}` with them as text.
    mutating func json(orRawText bytes: [UInt8]) {
        if let document = try? Document(parsing: bytes, maximumDepth: upstreamJSONDepth) {
            value(document.root)
        } else {
            object { $0.member("raw_text", String(decoding: bytes, as: UTF8.self)) }
        }
    }
}

/// How deep upstream's JSON may be nested: deeper than clients', since replies wrap what clients sent.
let upstreamJSONDepth = 512
