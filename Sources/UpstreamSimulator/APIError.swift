import JSON

/// An error in the API's form: a status, and a body with one object `error`.
struct APIError: Error, Equatable {
    var status = 400
    var message: String
    var type = "invalid_request_error"
    var param: String?
    var code: String?

    var body: [UInt8] {
        var writer = Writer()
        writer.object {
            $0.name("error")
            write(to: &$0)
        }
        return writer.bytes
    }

    /// Writes only the inner object.
    func write(to writer: inout Writer) {
        writer.object {
            $0.member("message", message)
            $0.member("type", type)
            $0.name("param")
            $0.stringOrNull(param)
            $0.name("code")
            $0.stringOrNull(code)
        }
    }
}

extension Writer {
    mutating func stringOrNull(_ text: String?) {
        if let text { string(text) } else { null() }
    }
}

extension APIError {
    static func unknownParameter(_ name: String) -> APIError {
        APIError(message: "Unknown parameter: '\(name)'.", param: name, code: "unknown_parameter")
    }

    static func unsupportedParameter(_ name: String, advice: String = "") -> APIError {
        APIError(
            message: "Unsupported parameter: '\(name)' is not supported with this model.\(advice)", param: name,
            code: "unsupported_parameter")
    }

    static func missingParameter(_ name: String) -> APIError {
        APIError(
            message: "Missing required parameter: '\(name)'.", param: name, code: "missing_required_parameter")
    }

    static func invalidValue(_ value: String, of param: String, supported: [String]) -> APIError {
        APIError(
            message: "Invalid value: '\(value)'. Supported values are: \(supported.quotedList).", param: param,
            code: "invalid_value")
    }

    static let unparsableBody = APIError(
        message: "We could not parse the JSON body of your request. The OpenAI API expects a JSON payload.")

    static let missingKey = APIError(
        status: 401,
        message: """
            You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer \
            auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API key from \
            https://platform.openai.com/account/api-keys.
            """)

    /// Quotes part of the key, as the API does.
    static func wrongKey(_ key: String) -> APIError {
        let shown = key.count > 12 ? "\(key.prefix(8))********\(key.suffix(4))" : "********"
        return APIError(
            status: 401,
            message: """
                Incorrect API key provided: \(shown). You can find your API key at \
                https://platform.openai.com/account/api-keys.
                """,
            code: "invalid_api_key")
    }

    static func unknownURL(method: String, path: String) -> APIError {
        APIError(status: 404, message: "Invalid URL (\(method) \(path))")
    }

    static func unknownResponse(_ id: String) -> APIError {
        APIError(status: 404, message: "Response with id '\(id)' not found.")
    }

    /// The error for a status that a plan asks for.
    static func simulated(status: Int) -> APIError {
        let (type, code): (String, String?) =
            switch status {
            case 401: ("invalid_request_error", "invalid_api_key")
            case 429: ("requests", "rate_limit_exceeded")
            case 500...: ("server_error", nil)
            default: ("invalid_request_error", nil)
            }
        return APIError(status: status, message: "Simulated failure with status \(status).", type: type, code: code)
    }

    /// The error in the middle of a stream.
    static let interrupted = APIError(
        status: 500, message: "The server had an error while processing your request. Sorry about that!",
        type: "server_error", code: "server_error")
}

extension [String] {
    /// The words in quotes, as English lists them: `'a', 'b', and 'c'`.
    var quotedList: String {
        let quoted = map { "'\($0)'" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.joined() }
        let comma = quoted.count > 2 ? "," : ""
        return "\(quoted.dropLast().joined(separator: ", "))\(comma) and \(last)"
    }
}
