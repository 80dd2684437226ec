internal import JSON
internal import Translation
internal import Upstream

/// The largest whole reply of upstream that is taken, in bytes: far above any real one.
let maximumReply = 256 << 20

extension Response {
    /// What an error of upstream is to a client of `/v1`: the same status and body. But upstream's 401 and 403 are about
    /// the proxy's own key, of which its text may quote a part: nothing of that is passed on.
    func failure(headers: [(name: String, value: String)]) async throws(UpstreamError) -> Failure {
        if status == 401 || status == 403 || status < 400 {
            body.cancel()
            return Failure(
                status: 502, reason: "upstream_status",
                message: "Upstream does not let this proxy in (status \(status)). Its operator can mend that.",
                code: "upstream_refused")
        }
        let body = try await body.collect(upTo: maximumReply)
        guard let document = try? Document(parsing: body, maximumDepth: upstreamJSONDepth),
            document.root["error"]?.kind == .object
        else {
            return Failure(
                status: status, reason: "upstream_status", message: "Upstream answered with status \(status).",
                headers: headers)
        }
        return Failure(
            status: status, reason: "upstream_status", message: "Upstream answered with status \(status).",
            headers: headers, upstream: (status, body))
    }

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
