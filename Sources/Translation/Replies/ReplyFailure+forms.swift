internal import JSON

// The forms in which servers report errors.

extension ReplyFailure {
    /// The greatest length of a message, in bytes.
    private static let longestMessage = 4096

    /// The error that the data of an event or a body with a success status reports; nil if it reports none.
    static func reported(in root: Value) -> ReplyFailure? {
        let isError =
            switch root.given("error") {
            case let error?: error.kind == .object || error.kind == .string && !error.isString("")
            case nil: root["type"]?.isString("error") == true || root["object"]?.isString("error") == true
            }
        guard isError else { return nil }
        return ReplyFailure(form: root) ?? ReplyFailure(message: "Upstream failed without giving a reason.")
    }

    /// Reads the body of an error response.
    ///
    /// - Parameters:
    ///   - body: JSON in any known form, an event, or plain text.
    ///   - status: the response's HTTP status.
    /// - Returns: nil if the body says nothing.
    public init?(errorBody body: [UInt8], status: Int) {
        if let root = try? Document(parsing: body, maximumDepth: 512).root {
            guard let failure = ReplyFailure(form: root) else { return nil }
            self = failure
        } else {
            guard let text = Self.plainText(body) else { return nil }
            self.init(message: Self.bounded(text))
        }
        reportedStatus = status
        type = knownType ?? ErrorVerdict.type(for: status)
    }

    private var knownType: String? { reportedType.flatMap { Self.knownTypes.contains($0) ? $0 : nil } }

    /// The types of OpenAI's API. Others are replaced: clients do not know them.
    private static let knownTypes: Set<String> = [
        "invalid_request_error", "authentication_error", "permission_error", "not_found_error", "rate_limit_error",
        "rate_limit_exceeded", "requests", "tokens", "insufficient_quota", "server_error", "api_error",
        "image_generation_user_error",
    ]

    /// Reads an error; nil if the value has no words.
    private init?(form root: Value, depth: Int = 0) {
        guard depth < 4 else { return nil }
        switch root.kind {
        case .array:
            // FastAPI: [{"loc":["body","messages"],"msg":"Field required"}]. Google: [{"error":{…}}].
            let failures = root.elements.prefix(8).compactMap { ReplyFailure(form: $0, depth: depth + 1) }
            guard var first = failures.first else { return nil }
            first.message = Self.bounded(failures.map(\.message).joined(separator: "; "))
            self = first
        case .string:
            guard let text = root.string, !text.isEmpty else { return nil }
            self.init(message: Self.bounded(text))
        case .object:
            guard let failure = Self.object(root, depth) else { return nil }
            self = failure
        default:
            return nil
        }
    }

    private static func object(_ root: Value, _ depth: Int) -> ReplyFailure? {
        for name: StaticString in ["error", "errors", "detail"] {
            guard let inner = root.given(name), var failure = ReplyFailure(form: inner, depth: depth + 1) else {
                continue
            }
            failure.complete(from: root, isInner: inner.kind == .object)
            return failure
        }
        guard let text = words(root) else { return nil }
        var failure = ReplyFailure(message: bounded(text))
        failure.complete(from: root, isInner: false)
        return failure
    }

    /// The message of an error object.
    private static func words(_ error: Value) -> String? {
        let names: [StaticString] = [
            "message", "msg", "error_description", "description", "reason", "title", "Message", "errorMessage",
            "error_message",
        ]
        for name in names {
            guard let text = error.given(name)?.string, !text.isEmpty else { continue }
            if let loc = error.given("loc"), loc.kind == .array {
                return loc.elements.compactMap { $0.string ?? $0.integer.map(String.init) }.joined(separator: ".")
                    + ": " + text
            }
            // OpenRouter: the provider's own words.
            guard let raw = error.given("metadata")?.given("raw")?.string, !raw.isEmpty else { return text }
            let inner = (try? Document(parsing: Array(raw.utf8)).root).flatMap { ReplyFailure(form: $0)?.message }
            return "\(text): \(inner ?? raw)"
        }
        return nil
    }

    /// Takes what the object says beside the message.
    ///
    /// - Parameter isInner: whether the message was in an object within this one, so that `type` and `message` here are not
    ///   the error's.
    private mutating func complete(from error: Value, isInner: Bool) {
        // {"error":"invalid_request","error_description":"…"}
        if let name = error.given("error")?.string, let text = Self.words(error), name != text {
            code = code ?? name
            message = Self.bounded(text)
        }
        let given = error.given("code")
        code = code ?? given?.string ?? given?.integer.map(String.init)
        param = param ?? error.given("param")?.string
        for name: StaticString in ["status", "status_code", "statusCode", "code"] where reportedStatus == nil {
            if let number = error.given(name)?.integer, (400...599).contains(number) { reportedStatus = number }
        }
        // In the flat form of an error event, `type` is the type of the event.
        let type = (error.given("type") ?? error.given("__type") ?? error.given("status"))?.string
        if !isInner, let type, type != "error", reportedType == nil { reportedType = type }
        self.type = knownType ?? ErrorVerdict.type(for: verdict)
    }

    /// Text that is not JSON and not a page; the data of an event.
    private static func plainText(_ body: [UInt8]) -> String? {
        let text = String(decoding: body.prefix(longestMessage), as: UTF8.self).trimmed
        guard !text.isEmpty, !text.hasPrefix("<") else { return nil }
        for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("data:") {
            let data = Array(line.dropFirst(5).utf8)
            return (try? Document(parsing: data).root).flatMap { ReplyFailure(form: $0)?.message }
        }
        return text
    }

    private static func bounded(_ text: String) -> String {
        guard text.utf8.count > longestMessage else { return text }
        return String(decoding: text.utf8.prefix(longestMessage), as: UTF8.self) + " …"
    }
}

extension String {
    fileprivate var trimmed: String {
        let isSpace = { (character: Character) in character.isWhitespace || character.isNewline }
        return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
