internal import Files
internal import Models
internal import Translation
internal import Upstream

/// Makes the requests that go to one of upstream's bases: the address, and headers of our own only. Nothing of the
/// client's headers is passed on, but for what names its request; its key least of all.
struct UpstreamRequests: Sendable {
    private let base: BaseURL
    private let identity: Reloadable<Identity>
    private let modelMap: ModelMap?

    /// Who asks, as far as the operator's key says it.
    private struct Identity: Sendable {
        let headers: [(name: String, value: String)]
        let redaction: Redaction

        init(key: String, others: [(name: String, value: String)]) {
            headers = [(keyHeader, "Bearer \(key)")] + others
            redaction = Redaction(key: key)
        }
    }

    /// The headers that say who the operator is.
    private static let (keyHeader, organizationHeader, projectHeader) =
        ("Authorization", "OpenAI-Organization", "OpenAI-Project")

    /// Whether a header's value is nobody else's business.
    static func isOperatorsOwn(_ header: String) -> Bool {
        header == keyHeader || header == organizationHeader || header == projectHeader
    }

    init(_ base: Configuration.Base, _ files: FileWatch) {
        self.base = base.url
        modelMap = base.modelMap
        var others = [(name: "User-Agent", value: "gpt-proxy/\(version)")]
        if let organization = base.organization { others.append((Self.organizationHeader, organization)) }
        if let project = base.project { others.append((Self.projectHeader, project)) }
        identity = Reloadable(base.key.map { [others] in Identity(key: $0, others: others) }, .openAIKey, files)
    }

    private var headers: [(name: String, value: String)] { identity.value.headers }

    /// What clients must not see of the key.
    var redaction: Redaction { identity.value.redaction }

    var origin: Origin { base.origin }

    func get(_ path: String) -> Upstream.Request {
        Upstream.Request(method: "GET", origin: base.origin, path: base.path + path, headers: headers)
    }

    func post(_ translated: TranslatedRequest, idempotencyKey: String) -> Upstream.Request {
        let model = translated.context.modelSent
        let modelHere = name(here: translated.context)
        return Upstream.Request(
            method: "POST", origin: base.origin, path: base.path + translated.path,
            headers: headers + [
                ("Content-Type", "application/json"),
                ("Accept", translated.context.streams ? "text/event-stream" : "application/json"),
                ("Idempotency-Key", idempotencyKey),
            ],
            body: modelHere == model ? translated.body : translated.body(asking: modelHere))
    }

    /// What the base calls the model. A base with a name of its own for a model that is gone elsewhere still has it, for
    /// deployments have dates of their own.
    private func name(here context: ReplyContext) -> String {
        guard let modelMap else { return context.modelSent }
        for name in [context.modelSent, context.modelRetired].compactMap({ $0 }) {
            // In a base's own names, what looks like an effort is part of the name.
            let here = modelMap(name).description
            if here != name { return here }
        }
        return context.modelSent
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
