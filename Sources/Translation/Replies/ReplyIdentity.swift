internal import JSON

/// The id, time and model that a response, or each chunk of a streamed response, contains. They come from upstream.
struct ReplyIdentity: Sendable {
    /// The id without its prefix, which is `resp_` in the Responses API and `chatcmpl-` in Chat Completions.
    var id: String
    /// Seconds since 1970.
    var created: Int
    var model: String

    /// Reads a response object. Fields that it lacks are taken from `fallback`; OpenAI's own responses have all of them.
    init(_ response: Value, fallback: ReplyIdentity) {
        id = response["id"]?.string.map(Self.withoutPrefix) ?? fallback.id
        // Some servers write a time with a fraction.
        created =
            response["created_at"].flatMap { $0.integer ?? Self.wholePart($0) } ?? fallback.created
        model = response["model"]?.string ?? fallback.model
    }

    private static func withoutPrefix(_ id: String) -> String {
        let prefix = "resp_".utf8
        return id.utf8.starts(with: prefix) ? String(Substring(id.utf8.dropFirst(prefix.count))) : id
    }

    private static func wholePart(_ number: Value) -> Int? {
        number.numberText.flatMap(Double.init).flatMap { Int(exactly: $0.rounded(.down)) }
    }

    init(id: String, created: Int, model: String) {
        self.id = id
        self.created = created
        self.model = model
    }
}
