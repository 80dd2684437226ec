internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// A request that ends with an error, in the words that `/proxy` and `/healthz` use: `{"detail": …}`.
struct Failure: Error, Sendable {
    let status: Int
    /// A word for the log and for programs.
    let reason: String
    /// What happened and the way out, for people.
    let detail: String
    var headers: [(name: String, value: String)] = []
    /// An error status of upstream with its body, which the client gets to see.
    var upstream: (status: Int, body: [UInt8])?

    /// Nobody is there to be answered: nginx's word for it, for the log alone.
    static let clientLeftStatus = 499

    static let invalidKey = Failure(status: 401, reason: "invalid_key", detail: "Invalid proxy API key")

    static let notFound = Failure(status: 404, reason: "not_found", detail: "Not Found")

    static func methodNotAllowed(_ allowed: [String]) -> Failure {
        Failure(
            status: 405, reason: "method_not_allowed", detail: "Method Not Allowed",
            headers: [("Allow", allowed.joined(separator: ", "))])
    }

    /// The body of the answer.
    var body: [UInt8] {
        var writer = Writer(reservingCapacity: (upstream?.body.count ?? 0) + 256)
        writer.object {
            guard let upstream else { return $0.member("detail", detail) }
            $0.name("detail")
            $0.object {
                $0.member("openai_status", upstream.status)
                $0.name("body")
                $0.json(orRawText: upstream.body)
            }
        }
        return writer.bytes
    }
}

extension Failure {
    /// What an error of any layer means to the client.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure:
            self = failure
        case let error as RequestError:
            self.init(status: 400, reason: "invalid_request", detail: error.message)
        case let error as ParseError:
            self.init(status: 400, reason: "invalid_json", detail: "The request body is not valid JSON: \(error).")
        case let error as BodyError:
            self.init(error)
        case let error as UpstreamError:
            self.init(error)
        case let error as ConfigurationError:
            let faults = error.faults.map { "GPT_PROXY_\($0.key.rawValue) \($0.message)" }
            self.init(
                status: 500, reason: "configuration",
                detail: "The web server hands over a setting that cannot be used: \(faults.joined(separator: "; ")).")
        default:
            self.init(status: 500, reason: "internal_error", detail: "\(error)")
        }
    }

    private init(_ error: BodyError) {
        switch error {
        case .tooLarge(let limit):
            self.init(
                status: 413, reason: "body_too_large",
                detail: "The request body is too large: more than \(limit) bytes (MAX_BODY).")
        case .incomplete:
            self.init(
                status: 400, reason: "body_incomplete",
                detail: "The request body does not have the length that was announced: the upload was cut.")
        case .tooSlow:
            self.init(status: 408, reason: "body_too_slow", detail: "The request body took too long to arrive.")
        }
    }

    private init(_ error: UpstreamError) {
        switch error.code {
        case .connectTimeout, .firstByteTimeout, .idleTimeout, .totalTimeout:
            self.init(status: 504, reason: "upstream_timeout", detail: "Upstream took too long: \(error).")
        case .cancelled:
            self.init(status: Self.clientLeftStatus, reason: "client_left", detail: "The client has gone.")
        default:
            self.init(status: 502, reason: "upstream_failed", detail: "Upstream failed: \(error).")
        }
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
