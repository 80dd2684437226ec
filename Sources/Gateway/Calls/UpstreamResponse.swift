internal import EventStream
internal import Translation
internal import Upstream

/// A successful upstream response, with the request in the form that succeeded.
struct UpstreamResponse: Sendable {
    let request: TranslatedRequest
    let response: Response
    /// Removes the operator's keys and ids from upstream's headers.
    let redaction: Redaction

    /// The headers for the client: upstream's, and those about the request's translation.
    var headers: [(name: String, value: String)] { response.passedHeaders(redaction) + request.headers }

    /// Whether it is an event stream: by its content type or by its first bytes. Some servers send their streams as plain
    /// text, as JSON, or without a content type.
    func isEventStream() async -> Bool {
        if response.isEventStream { return true }
        guard request.context.streams || !response.isJSON else { return false }
        return EventParser.recognises(beginning: await response.body.peek(6))
    }
}

extension Response {
    var isJSON: Bool {
        header("content-type")?.lowercased().hasPrefix("application/json") ?? false
    }

    var isEventStream: Bool {
        header("content-type")?.lowercased().hasPrefix("text/event-stream") ?? false
    }

    /// The headers that are passed on to the client: those about its request, not those about upstream itself. An
    /// allow-list, because an unknown header may contain a secret. ``HeaderRoom`` limits their size.
    ///
    /// - Parameter redaction: removes the operator's keys and ids from the values.
    func passedHeaders(_ redaction: Redaction) -> [(name: String, value: String)] {
        var named: [(name: String, value: String)] = []
        var limits: [(name: String, value: String)] = []
        for header in headers {
            if Self.passedNames.contains(where: { $0.elementsEqual(header.name.utf8, by: Self.areSame) }) {
                named.append((header.name, header.value))
            } else if header.name.utf8.starts(with: Self.limitPrefix, by: Self.areSame) {
                limits.append((header.name, header.value))
            }
        }
        // Clients act on the named headers. The rate limit headers, which may be many, use the remaining space.
        var room = HeaderRoom()
        return redaction.apply((named + limits).filter { room.take($0) })
    }

    private static let passedNames = [
        "x-request-id", "openai-processing-ms", "openai-version", "openai-model", "retry-after", "retry-after-ms",
    ].map { Array($0.utf8) }

    private static let limitPrefix = Array("x-ratelimit-".utf8)

    /// Compares case-insensitively, as header names are compared. The names here consist of lower-case letters and hyphens,
    /// which setting bit 0x20 does not change.
    private static func areSame(_ byte: UInt8, _ other: UInt8) -> Bool { byte | 0x20 == other | 0x20 }
}

/// The space for upstream's headers in the response head. Headers that do not fit are dropped.
///
/// Web servers buffer the whole head and respond with 502 if the head is larger than the buffer: nginx's has 4 KB by
/// default (`fastcgi_buffer_size`). The rest of the buffer is for gpt-proxy's own headers.
struct HeaderRoom {
    private var byteCount = 1536
    private static let longestValue = 256

    /// - Parameter longestValue: in bytes.
    /// - Returns: whether the header fits.
    mutating func take(_ header: (name: String, value: String), longestValue: Int = longestValue) -> Bool {
        // Including a colon, a space and the line end.
        let size = header.name.utf8.count + header.value.utf8.count + 4
        guard header.value.utf8.count <= longestValue, size <= byteCount else { return false }
        byteCount -= size
        return true
    }
}
