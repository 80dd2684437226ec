public import JSON

/// An error that upstream reports: in the body of an error response, in a failed response, or in an error event of a stream.
public struct ReplyFailure: Error, Sendable, Equatable {
    /// What went wrong, for humans: upstream's message if it has one.
    public var message: String
    /// OpenAI's error type. If upstream names none, it is derived from what else the error says.
    public var type: String
    /// The request field that upstream reports as the cause, as a path; nil if it reports none.
    public var param: String?
    /// OpenAI's error code, such as `rate_limit_exceeded`; nil if there is none.
    public var code: String?
    /// The tokens that the response used until it failed; nil if upstream does not report them.
    public var usage: Usage?
    /// The type that upstream names.
    var reportedType: String?
    /// The HTTP status that upstream names.
    var reportedStatus: Int?

    /// Creates a failure with the texts that the client receives.
    public init(message: String, type: String = "server_error", param: String? = nil, code: String? = nil) {
        self.message = message
        self.type = type
        self.param = param
        self.code = code
    }

    /// The code of an error that the proxy detected itself: upstream closed the stream early, or sent invalid data. Nil for
    /// errors that upstream reported.
    public var ownFinding: String? { code == "upstream_unfinished" || code == "upstream_garbled" ? code : nil }

    /// The HTTP status of the error, if the response has not begun.
    public var status: Int { ownFinding == nil ? verdict : 502 }

    /// The status as upstream names it, or as its words imply it.
    var verdict: Int {
        reportedStatus ?? ErrorVerdict.status(type: reportedType, code: code, message: message)
    }

    /// Reads an event of a stream; nil if it does not report an error.
    public init?(event: Value) {
        if let failure = event["response"].flatMap(Self.reported) ?? Self.reported(in: event) {
            self = failure
            return
        }
        let ends = [event["type"], event["response"]?["status"]].map { $0?.string }
        let failed: Set<String?> = ["response.failed", "response.cancelled", "failed", "cancelled"]
        guard ends.contains(where: failed.contains) else { return nil }
        self.init(message: "Upstream failed without giving a reason.")
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
