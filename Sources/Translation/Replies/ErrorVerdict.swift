/// Whose fault an error is, as its status, its type, its code or its words say, in this order. Servers have names of their own
/// for the same errors, so that parts of names decide.
enum ErrorVerdict {
    /// The HTTP status that describes the error; 500 if nothing says more.
    static func status(type: String?, code: String?, message: String) -> Int {
        for name in [type, code] {
            if let status = name.flatMap({ status(of: letters($0), in: names) }) { return status }
        }
        return status(of: letters(message), in: words) ?? 500
    }

    /// OpenAI's type for a status. Clients decide by it whether to retry.
    static func type(for status: Int) -> String {
        switch status {
        case 429: "requests"
        case 400..<500: "invalid_request_error"
        default: "server_error"
        }
    }

    /// The statuses by parts of types and codes, without underscores and spaces. The first row that fits counts.
    private static let names: [(status: Int, parts: [String])] = [
        // OpenAI: insufficient_quota, rate_limit_exceeded, tokens, requests. LiteLLM: RateLimitError. AWS: ThrottlingException.
        // Google: RESOURCE_EXHAUSTED.
        (429, ["quota", "ratelimit", "toomanyrequests", "throttl", "resourceexhausted", "=tokens", "=requests"]),
        // OpenAI: server_is_overloaded, slow_down. Anthropic: overloaded_error. LiteLLM: ServiceUnavailableError.
        (503, ["overload", "slowdown", "unavailable"]),
        // The proxy's own key is meant. OpenAI: invalid_api_key. Google: PERMISSION_DENIED. LiteLLM: AuthenticationError.
        (502, ["apikey", "authentication", "unauthenticated", "unauthorized", "permission", "accessdenied"]),
        // OpenAI: server_error, vector_store_timeout. LiteLLM: Timeout. Google: DEADLINE_EXCEEDED. Anthropic: api_error. vLLM: InternalServerError. LiteLLM: APIConnectionError.
        (500, ["servererror", "internal", "=apierror", "apiconnection", "timeout", "deadline"]),
        // OpenAI: invalid_prompt, context_length_exceeded, bio_policy, empty_image_file, failed_to_download_image,
        // unsupported_value, data_residency_mismatch. Azure: content_filter. vLLM: BadRequestError. LiteLLM:
        // ContextWindowExceededError, ContentPolicyViolationError. Google: INVALID_ARGUMENT. AWS: ValidationException.
        (
            400,
            [
                "invalid", "badrequest", "unsupported", "notsupported", "contextlength", "contextwindow", "policy",
                "content",
                "safety", "moderation", "violation", "mismatch", "image", "malformed", "validation", "unprocessable",
                "toolong",
                "toolarge", "missing",
            ]
        ),
        // OpenAI: model_not_found. vLLM: NotFoundError.
        (404, ["notfound"]),
    ]

    /// The statuses by parts of messages, likewise.
    private static let words: [(status: Int, parts: [String])] = [
        (429, ["ratelimit", "toomanyrequests", "quota", "throttl"]),
        (503, ["overloaded", "atcapacity", "temporarilyunavailable", "serviceunavailable"]),
        (500, ["servererror", "internalerror", "serverhadanerror", "timeout", "timedout"]),
        (
            400,
            [
                "invalid", "contextlength", "contextwindow", "maximumcontext", "toomanytokens", "toolong",
                "contentpolicy",
                "contentfilter", "contentmanagementpolicy", "safety", "violat", "notsupported", "unsupported",
                "isrequired",
                "mustbe", "missingrequired",
            ]
        ),
    ]

    private static func status(of letters: String, in table: [(status: Int, parts: [String])]) -> Int? {
        table.first { row in
            row.parts.contains { $0.hasPrefix("=") ? letters == $0.dropFirst() : letters.contains($0) }
        }?.status
    }

    /// The beginning of a text in lower case, without anything but letters and digits.
    private static func letters(_ text: String) -> String {
        String(
            decoding: text.utf8.prefix(1024).compactMap { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
                default: nil
                }
            }, as: UTF8.self)
    }
}
