internal import JSON
internal import Translation
internal import Upstream

/// The largest whole reply of upstream that is taken, in bytes: far above any real one.
let maximumReply = 256 << 20

extension Response {
    /// The whole body, which must be JSON.
    func document() async throws -> Document {
        let body = try await body.collect(upTo: maximumReply)
        do throws(ParseError) {
            return try Document(parsing: body, maximumDepth: upstreamJSONDepth)
        } catch {
            throw ReplyFailure(message: "Upstream's reply is not JSON: \(error).", code: "upstream_garbled")
        }
    }

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
