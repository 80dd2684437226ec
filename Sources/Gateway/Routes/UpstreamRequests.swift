internal import Translation
internal import Upstream

/// Makes the requests that go to one of upstream's bases: the address, and headers of our own only. Nothing of the
/// client's headers is passed on, but for what names its request; its key least of all.
struct UpstreamRequests: Sendable {
    private let base: BaseURL
    private let headers: [(name: String, value: String)]
    private let modelMap: ModelMap?

    init(_ base: Configuration.Base) {
        self.base = base.url
        var headers = [
            (name: "Authorization", value: "Bearer \(base.key)"),
            (name: "User-Agent", value: "gpt-proxy/\(version)"),
        ]
        if let organization = base.organization { headers.append(("OpenAI-Organization", organization)) }
        if let project = base.project { headers.append(("OpenAI-Project", project)) }
        self.headers = headers
        modelMap = base.modelMap
    }

    var origin: Origin { base.origin }

    func get(_ path: String) -> Upstream.Request {
        Upstream.Request(method: "GET", origin: base.origin, path: base.path + path, headers: headers)
    }

    func post(_ translated: TranslatedRequest, idempotencyKey: String) -> Upstream.Request {
        let model = translated.context.modelSent
        let modelHere = modelMap?(model) ?? model
        return Upstream.Request(
            method: "POST", origin: base.origin, path: base.path + translated.path,
            headers: headers + [
                ("Content-Type", "application/json"),
                ("Accept", translated.context.streams ? "text/event-stream" : "application/json"),
                ("Idempotency-Key", idempotencyKey),
            ],
            body: modelHere == model ? translated.body : translated.body(asking: modelHere))
    }

    /// A client's request as it is, but for its headers.
    ///
    /// - Parameter idempotencyKey: sent along where the method does not itself mean that twice is no more than once.
    func passed(
        _ method: String, _ path: String, contentType: String?, accept: String?, idempotencyKey: String,
        body: [UInt8]
    ) -> Upstream.Request {
        var headers = headers
        if method == "POST" || method == "PATCH" { headers.append(("Idempotency-Key", idempotencyKey)) }
        if let contentType { headers.append(("Content-Type", contentType)) }
        if let accept { headers.append(("Accept", accept)) }
        return Upstream.Request(
            method: method, origin: base.origin, path: base.path + path, headers: headers, body: body)
    }
}
