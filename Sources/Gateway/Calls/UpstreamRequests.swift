internal import Access
internal import CGI
internal import Crypto
public import Files
internal import Models
internal import Settings
internal import Synchronization
internal import Translation
public import Upstream

extension Configuration.Base {
    /// The cheapest request: for the list of models.
    ///
    /// - Parameter files: watches the key's file, if there is one.
    public func modelsRequest(_ files: FileWatch) -> Upstream.Request {
        UpstreamRequests(self, files).get("/models")
    }
}

/// Makes the requests to one base: the address, and only the proxy's own headers. Of the client's headers, only those that
/// identify its request are passed on, and never its key.
struct UpstreamRequests: Sendable {
    private let base: BaseURL
    private let identity: Reloadable<Identity>
    private let modelMap: ModelMap?

    /// The operator's identity, as far as it depends on the key.
    private struct Identity: Sendable {
        let headers: [(name: String, value: String)]
        let redaction: Redaction
        let storedIDsKey: SymmetricKey

        init(key: String, for origin: Origin, others: [(name: String, value: String)]) {
            // Azure takes tokens, which have two dots, in the same header as OpenAI, and keys in another one.
            let isAzuresKey = origin.isAzures && key.utf8.count(where: { $0 == UInt8(ascii: ".") }) != 2
            headers = [isAzuresKey ? (azuresKeyHeader, key) : (keyHeader, "Bearer \(key)")] + others
            redaction = Redaction(key: key)
            storedIDsKey = SymmetricKey(data: SHA256.hash(data: Array("gpt-proxy: ids of stored objects: \(key)".utf8)))
        }
    }

    /// The headers that identify the operator.
    private static let (keyHeader, azuresKeyHeader, organizationHeader, projectHeader) =
        ("Authorization", "api-key", "OpenAI-Organization", "OpenAI-Project")

    /// Whether a header's value must not be shown to clients.
    static func isOperatorsOwn(_ header: String) -> Bool {
        [keyHeader, azuresKeyHeader, organizationHeader, projectHeader].contains(header)
    }

    init(_ base: Configuration.Base, _ files: FileWatch) {
        self.base = base.url
        modelMap = base.modelMap
        var others = [(name: "User-Agent", value: "gpt-proxy/\(version)")]
        if let organization = base.organization { others.append((Self.organizationHeader, organization)) }
        if let project = base.project { others.append((Self.projectHeader, project)) }
        let origin = base.url.origin
        identity = Reloadable(
            base.key.map { [others] in Identity(key: $0, for: origin, others: others) }, .openAIKey, files)
    }

    private var headers: [(name: String, value: String)] { identity.value.headers }

    /// Removes the key from texts that clients get.
    var redaction: Redaction { identity.value.redaction }

    /// The key that binds the ids of stored objects to their callers.
    var storedIDsKey: SymmetricKey { identity.value.storedIDsKey }

    var origin: Origin { base.origin }

    func get(_ path: String) -> Upstream.Request {
        Upstream.Request(method: "GET", origin: base.origin, path: base.target(path), headers: headers)
    }

    func post(_ translated: TranslatedRequest, idempotencyKey: String) -> Upstream.Request {
        Upstream.Request(
            method: "POST", origin: base.origin, path: base.target(translated.path),
            headers: headers + [
                ("Content-Type", "application/json"),
                ("Accept", translated.context.streams ? "text/event-stream" : "application/json"),
                ("Idempotency-Key", idempotencyKey),
            ],
            body: translated.body)
    }

    /// The request with the base's own name for the model. A base that maps a retired model to a name of its own still has that model:
    /// deployments have their own retirement dates.
    func renamed(_ request: TranslatedRequest) -> TranslatedRequest {
        let context = request.context
        guard let modelMap else { return request }
        for name in [context.modelSent, context.modelRetired].compactMap({ $0 }) {
            // In a base's own names, a suffix that looks like an effort is part of the name.
            let here = modelMap(name).description
            if here != name { return request.asking(here) }
        }
        return request
    }

    /// A client's request, unchanged except for its headers.
    ///
    /// - Parameter idempotencyKey: sent only with methods that are not idempotent.
    func passed(
        _ method: String, _ path: String, contentType: String?, accept: String?, idempotencyKey: String,
        body: [UInt8]
    ) -> Upstream.Request {
        var headers = headers
        if method == "POST" || method == "PATCH" { headers.append(("Idempotency-Key", idempotencyKey)) }
        if let contentType { headers.append(("Content-Type", contentType)) }
        if let accept { headers.append(("Accept", accept)) }
        return Upstream.Request(
            method: method, origin: base.origin, path: base.target(path), headers: headers, body: body)
    }
}

/// The value of `Idempotency-Key`, by which upstream recognises a repeated request.
enum IdempotencyKey {
    /// The client's own key if it is valid, since the client may retry as well; otherwise a new one.
    ///
    /// Upstream knows one operator only: of callers who can be told apart, equal keys are made different, so that no caller
    /// gets the response to another's request.
    static func of(_ request: CGI.Request, from caller: Caller.Identity) -> String {
        if let given = request.header("idempotency-key"), given.utf8.count <= 255,
            given.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        {
            return caller == .sharedKey ? given : "gpt-proxy-" + caller.scoped(given)
        }
        return "gpt-proxy-\(process)-\(count.add(1, ordering: .relaxed).newValue)"
    }

    /// Unique to this process. The counter makes the rest unique, so that a request needs no random bytes for its key.
    private static let process = RequestID.random()
    private static let count = Atomic(0)
}

extension Origin {
    /// Whether it is a host of Azure, or of Azure's API Management in front of one.
    fileprivate var isAzures: Bool {
        [".azure.com", ".azure.us", ".azure.cn", ".azure-api.net"].contains { host.lowercased().hasSuffix($0) }
    }
}
