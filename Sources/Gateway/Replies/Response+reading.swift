internal import Upstream

extension Response {
    /// A status of 200 to 299. Redirections are none: they are not followed, lest the key follow too.
    var isSuccess: Bool { (200..<300).contains(status) }

    var isEventStream: Bool {
        header("content-type")?.lowercased().hasPrefix("text/event-stream") ?? false
    }

    /// The headers that a client gets to see: what describes its request upstream, and nothing that describes upstream.
    /// An allow-list, since a header not thought of may hold a secret.
    var passedHeaders: [(name: String, value: String)] {
        headers.filter { header in
            let name = header.name.lowercased()
            return Self.passedNames.contains(name) || name.hasPrefix("x-ratelimit-")
        }
    }

    private static let passedNames: Set<String> = [
        "x-request-id", "openai-processing-ms", "openai-version", "openai-model", "retry-after", "retry-after-ms",
    ]
}
