internal import JSON

/// An error that upstream reports in the body of a reply that its status calls a success: a failed response, or an error
/// event in a stream.
public struct ReplyFailure: Error, Sendable, Equatable {
    /// What went wrong, for people: upstream's words where it has some.
    public var message: String
    /// OpenAI's word for the family of errors; `server_error` where upstream says none.
    public var type: String
    /// The field of the request that upstream blames, as a path; nil when it blames none.
    public var param: String?
    /// OpenAI's word for the error itself, such as `rate_limit_exceeded`; nil when there is none.
    public var code: String?

    /// A failure in the words that the client gets.
    public init(message: String, type: String = "server_error", param: String? = nil, code: String? = nil) {
        self.message = message
        self.type = type
        self.param = param
        self.code = code
    }

    /// Reads an error object: of an `error` event, of a failed response, or of an error body.
    init(_ error: Value) {
        message = error["message"]?.string ?? "Upstream failed without saying why."
        code = error["code"]?.string
        param = error["param"]?.string
        // The flat form of an error event has `type` for the event itself.
        if let type = error["type"]?.string, type != "error" {
            self.type = type
        } else {
            type = Self.type(of: code)
        }
    }

    /// The code of what was found here and not reported: upstream broke off, or said what nobody understands.
    public var ownFinding: String? { code == "upstream_unfinished" || code == "upstream_garbled" ? code : nil }

    /// The status that such an error has when it is told before a reply has begun.
    public var status: Int {
        if ownFinding != nil { return 502 }
        return switch (code, type) {
        case ("rate_limit_exceeded", _), ("insufficient_quota", _), (_, "tokens"), (_, "requests"): 429
        case (_, "invalid_request_error"): 400
        case ("server_is_overloaded", _), ("slow_down", _): 503
        default: 500
        }
    }

    /// Reads the data of an event that reports an error; nil when it does not.
    public init?(eventData: [UInt8]) {
        guard let root = try? Document(parsing: eventData, maximumDepth: 512).root,
            let failure = Self.reported(in: root["response"] ?? root)
        else { return nil }
        self = failure
    }

    /// Whether the data of an event or a body is an error, and which.
    static func reported(in root: Value) -> ReplyFailure? {
        if let error = root.given("error"), error.kind == .object { return ReplyFailure(error) }
        guard root["type"]?.isString("error") == true else { return nil }
        return ReplyFailure(root)
    }

    /// The family of a code, which a failed response does not say. It decides whether clients try again: what the
    /// request itself is the cause of must not pass for the server's fault.
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

    /// `{"error":{…}}`, as both a body and an event's data have it.
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
