internal import JSON
internal import Translation
internal import Upstream

/// What upstream answered where it should have answered with a success: read whole, since clients want to see it and the
/// proxy may know what to do about it.
struct UpstreamErrorResponse: Error {
    /// The largest body of an answer that is no success, in bytes.
    fileprivate static let maximumSize = 1 << 20

    let status: Int
    /// Those that a client gets to see.
    var headers: [(name: String, value: String)]
    private(set) var body: [UInt8]
    /// What it says about trying again.
    var advice = RetryAdvice()
    /// What had become of the request that was refused.
    var notices: [Notice] = []

    /// The body as OpenAI's `{"error":{…}}`; nil when it is something else.
    var error: Value? {
        guard let root = try? Document(parsing: body, maximumDepth: upstreamJSONDepth).root,
            root["error"]?.kind == .object
        else { return nil }
        return root
    }
}

extension UpstreamErrorResponse {
    /// Whether upstream does not have the model of the request: 404 `model_not_found`, or what OpenAI says of models that have
    /// been shut down ("The model `gpt-4-32k` has been deprecated, …").
    var saysModelIsMissing: Bool {
        guard status == 404 || status == 400 || status == 410, let error = error?["error"] else { return false }
        // A tool may name a model too.
        if let param = error.given("param"), !param.isString("model") { return false }
        if let code = error.given("code") {
            // With 400, the code says that the API does not serve the model.
            return code.isString("model_not_found") && status != 400
        }
        let message = error["message"]?.string ?? ""
        return message.contains("model") && (message.contains("been deprecated") || message.contains("been shut down"))
    }

    /// Adds a remark to what the client gets to read.
    mutating func remark(_ text: String) {
        guard let root = error else { return }
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
        body = writer.bytes
    }
}

extension Response {
    /// An answer that is no success, whole. Where its body breaks off or is too large, the status has said enough.
    func refusal() async throws(UpstreamError) -> UpstreamErrorResponse {
        var bytes: [UInt8] = []
        do throws(UpstreamError) {
            bytes = try await body.collect(upTo: UpstreamErrorResponse.maximumSize)
        } catch {
            if error.code == .cancelled { throw error }
        }
        return UpstreamErrorResponse(status: status, headers: passedHeaders, body: bytes, advice: RetryAdvice(header))
    }
}

extension HTTPError {
    /// What a refusal is to a client of `/v1`: the same status and body. But upstream's 401 and 403 are about the proxy's
    /// own key, of which its text may quote a part: nothing of that is passed on.
    init(_ refusal: UpstreamErrorResponse) {
        let status = refusal.status
        guard status >= 400, status != 401, status != 403 else {
            self.init(
                status: 502, reason: "upstream_status",
                message: "Upstream does not let this proxy in (status \(status)). Its operator can mend that.",
                code: "upstream_refused")
            return
        }
        self.init(
            status: status, reason: "upstream_status", message: "Upstream answered with status \(status).",
            headers: refusal.headers,
            upstream: refusal.error == nil ? nil : (status, refusal.body))
    }
}
