internal import JSON

/// What every chunk of a reply, and a whole reply, says of itself: upstream's id, time and model.
struct ReplyIdentity: Sendable {
    /// Without a prefix: the Responses API says `resp_…` where Chat Completions says `chatcmpl-…`.
    var id: String
    /// Seconds since 1970.
    var created: Int
    var model: String

    /// Reads a response object. What it lacks, which no real one does, is taken from `fallback`.
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
