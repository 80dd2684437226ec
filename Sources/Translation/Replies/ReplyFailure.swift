internal import JSON

/// An error that upstream reports in a response with a success status: a failed response, or an error event in a stream.
public struct ReplyFailure: Error, Sendable, Equatable {
    /// What went wrong, for humans: upstream's message if it has one.
    public var message: String
    /// OpenAI's error type. If upstream names none, it is derived from the code; the default is `server_error`.
    public var type: String
    /// The request field that upstream reports as the cause, as a path; nil if it reports none.
    public var param: String?
    /// OpenAI's error code, such as `rate_limit_exceeded`; nil if there is none.
    public var code: String?

    /// Creates a failure with the texts that the client receives.
    public init(message: String, type: String = "server_error", param: String? = nil, code: String? = nil) {
        self.message = message
        self.type = type
        self.param = param
        self.code = code
    }

    /// Reads the error object of an `error` event, a failed response or an error body.
    init(_ error: Value) {
        message = error["message"]?.string ?? "Upstream failed without giving a reason."
        code = error["code"]?.string
        param = error["param"]?.string
        // In the flat form of an error event, `type` is the type of the event.
        if let type = error["type"]?.string, type != "error" {
            self.type = type
        } else {
            type = Self.type(of: code)
        }
    }

    /// The code of an error that the proxy detected itself: upstream closed the stream early, or sent invalid data. Nil for
    /// errors that upstream reported.
    public var ownFinding: String? { code == "upstream_unfinished" || code == "upstream_garbled" ? code : nil }

    /// The HTTP status of the error, if the response has not begun.
    public var status: Int {
        if ownFinding != nil { return 502 }
        return switch (code, type) {
        case ("rate_limit_exceeded", _), ("insufficient_quota", _), (_, "tokens"), (_, "requests"): 429
        case (_, "invalid_request_error"): 400
        case ("server_is_overloaded", _), ("slow_down", _): 503
        default: 500
        }
    }

    /// Reads the data of an event; nil if it does not report an error.
    public init?(eventData: [UInt8]) {
        guard let root = try? Document(parsing: eventData, maximumDepth: 512).root,
            let failure = Self.reported(in: root["response"] ?? root)
        else { return nil }
        self = failure
    }

    /// The error that the data of an event or a body reports; nil if it reports none.
    static func reported(in root: Value) -> ReplyFailure? {
        if let error = root.given("error"), error.kind == .object { return ReplyFailure(error) }
        guard root["type"]?.isString("error") == true else { return nil }
        return ReplyFailure(root)
    }

    /// The error type for a code, which a failed response does not contain. Clients decide by the type whether to retry, so
    /// an error that the request caused must not look like a server error.
    private static func type(of code: String?) -> String {
        switch code {
        case "rate_limit_exceeded": "requests"
        case "insufficient_quota": "insufficient_quota"
        case "context_length_exceeded", "data_residency_mismatch", "bio_policy", "misalignment_policy_violation",
            "empty_image_file", "failed_to_download_image":
            "invalid_request_error"
        case let code? where ["invalid_", "unsupported_", "image_"].contains(where: code.hasPrefix):
            "invalid_request_error"
        default: "server_error"
        }
    }

    /// `{"error":{…}}`, the format of both bodies and event data.
    public var body: [UInt8] {
        var writer = Writer()
        writer.object {
            $0.name("error")
            $0.object {
                $0.member("message", message)
                $0.member("type", type)
                $0.member("param", orNull: param)
                $0.member("code", orNull: code)
            }
        }
        return writer.bytes
    }
}

extension Writer {
    mutating func member(_ name: StaticString, orNull text: String?) {
        self.name(name)
        if let text { string(text) } else { null() }
    }
}
