internal import Upstream

extension Response {
    /// A status of 200 to 299. Redirections are none: they are not followed, lest the key follow too.
    var isSuccess: Bool { (200..<300).contains(status) }

    var isEventStream: Bool {
        header("content-type")?.lowercased().hasPrefix("text/event-stream") ?? false
    }

    /// The headers that a client gets to see: what describes its request upstream, and nothing that describes upstream.
    /// An allow-list, since a header not thought of may hold a secret. See ``HeaderRoom`` for their sizes.
    var passedHeaders: [(name: String, value: String)] {
        var named: [(name: String, value: String)] = []
        var limits: [(name: String, value: String)] = []
        for header in headers {
            if Self.passedNames.contains(where: { $0.elementsEqual(header.name.utf8, by: Self.areSame) }) {
                named.append((header.name, header.value))
            } else if header.name.utf8.starts(with: Self.limitPrefix, by: Self.areSame) {
                limits.append((header.name, header.value))
            }
        }
        // Clients act on the former; the latter, of which there may be many, take what room is left.
        var room = HeaderRoom()
        return (named + limits).filter { room.take($0) }
    }

    private static let passedNames = [
        "x-request-id", "openai-processing-ms", "openai-version", "openai-model", "retry-after", "retry-after-ms",
    ].map { Array($0.utf8) }

    private static let limitPrefix = Array("x-ratelimit-".utf8)

    /// Compares as names of headers are compared: without regard to case. The names here consist of lower-case letters and
    /// hyphens, which that bit does not change.
    private static func areSame(_ byte: UInt8, _ other: UInt8) -> Bool { byte | 0x20 == other | 0x20 }
}

/// The room that upstream's headers have in a reply's head. What does not fit is left out.
///
/// Web servers keep the whole head in one buffer, and answer 502 in place of a reply whose head is larger: nginx's has 4 KB
/// by default (`fastcgi_buffer_size`). The rest of it is for the headers that are gpt-proxy's own.
struct HeaderRoom {
    private var byteCount = 1536
    private static let longestValue = 256

    /// - Parameter longestValue: in bytes.
    /// - Returns: whether the header has room.
    mutating func take(_ header: (name: String, value: String), longestValue: Int = longestValue) -> Bool {
        // With a colon, a space and the end of the line.
        let size = header.name.utf8.count + header.value.utf8.count + 4
        guard header.value.utf8.count <= longestValue, size <= byteCount else { return false }
        byteCount -= size
        return true
    }
}
