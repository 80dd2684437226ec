internal import JSON
internal import Translation
internal import Upstream

/// An upstream response without a success status. It is read whole: clients get its body, and the proxy may be able to
/// correct the request.
struct UpstreamErrorResponse: Error {
    /// The largest error body that is read, in bytes.
    fileprivate static let maximumSize = 1 << 20

    let status: Int
    /// The headers that are passed on to the client.
    var headers: [(name: String, value: String)]
    /// The body as upstream sent it.
    private(set) var body: [UInt8]
    /// The body as OpenAI's `{"error":{…}}`; nil if it says nothing.
    private(set) var reported: [UInt8]?
    /// The advice about a retry in its headers.
    var advice: RetryAdvice
    /// The translation's notices about the rejected request.
    var notices: [Notice] = []

    init(
        status: Int, headers: [(name: String, value: String)], body: [UInt8], advice: RetryAdvice = RetryAdvice()
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.advice = advice
        reported = Self.isOpenAIs(body) ? body : ReplyFailure(errorBody: body, status: status)?.body
    }

    private static func isOpenAIs(_ body: [UInt8]) -> Bool {
        guard let root = try? Document(parsing: body, maximumDepth: upstreamJSONDepth).root,
            let error = root["error"], error.kind == .object
        else { return false }
        return (error.given("message").map { $0.kind == .string } ?? true) && error["metadata"] == nil
    }

    /// `{"error":{…}}`; nil if the body says nothing.
    var error: Value? { reported.flatMap { try? Document(parsing: $0, maximumDepth: upstreamJSONDepth).root } }

    /// The tokens that upstream used nevertheless; nil if it does not report them.
    var usage: Usage? { Usage(of: (try? Document(parsing: body, maximumDepth: upstreamJSONDepth))?.root) }
}

extension UpstreamErrorResponse {
    /// Whether upstream does not have the request's model: 404 `model_not_found`, or OpenAI's message for models that have
    /// been shut down ("The model `gpt-4-32k` has been deprecated, …").
    var saysModelIsMissing: Bool {
        guard status == 404 || status == 400 || status == 410, let error = error?["error"] else { return false }
        // The error may be about a tool, which can name a model too.
        if let param = error.given("param"), !param.isString("model") { return false }
        if let code = error.given("code") {
            // With 400, the code means that this API does not serve the model.
            return code.isString("model_not_found") && status != 400
        }
        let message = error["message"]?.string ?? ""
        return message.contains("model") && (message.contains("been deprecated") || message.contains("been shut down"))
    }

    /// Appends a remark to the error message that the client gets.
    mutating func remark(_ text: String) {
        guard let root = error else { return }
        let isSent = reported == body
        var writer = Writer(reservingCapacity: body.count + text.utf8.count)
        writer.object { writer in
            for member in root.members {
                guard member.nameContents == "error" else {
                    writer.member(member)
                    continue
                }
                writer.name("error")
                writer.object {
                    for inner in member.value.members {
                        guard inner.nameContents == "message", let message = inner.value.string else {
                            $0.member(inner)
                            continue
                        }
                        $0.member("message", "\(message) (\(text))")
                    }
                }
            }
        }
        reported = writer.bytes
        if isSent { body = writer.bytes }
    }
}

extension Response {
    /// Reads an error response whole. If its body is cut off or too large, the status alone is enough.
    ///
    /// - Parameter redaction: removes the operator's keys and ids from the headers.
    func refusal(_ redaction: Redaction) async throws(UpstreamError) -> UpstreamErrorResponse {
        var bytes: [UInt8] = []
        do throws(UpstreamError) {
            bytes = try await body.collect(upTo: UpstreamErrorResponse.maximumSize)
        } catch {
            if error.code == .cancelled { throw error }
        }
        return UpstreamErrorResponse(
            status: status, headers: passedHeaders(redaction), body: bytes, advice: RetryAdvice(header))
    }
}

extension HTTPError {
    /// The error that a client of `/v1` gets for an upstream error response: the same status and body. Upstream's 401 and
    /// 403 are about the proxy's own key, which their text may quote in part; nothing of their text is passed on.
    init(_ refusal: UpstreamErrorResponse) {
        let status = refusal.status
        guard status >= 400, status != 401, status != 403 else {
            self.init(
                status: 502, reason: "upstream_status",
                message: "Upstream rejected this proxy's credentials (status \(status)). Contact the proxy's operator.",
                code: "upstream_refused")
            return
        }
        self.init(
            status: status, reason: "upstream_status", message: "Upstream answered with status \(status).",
            headers: refusal.headers,
            upstream: refusal.reported.map { (status, $0) })
    }
}
