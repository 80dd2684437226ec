internal import Translation
internal import Upstream

/// Makes the requests that go upstream: the address, and headers of our own only. Nothing of the client's headers is
/// passed on; its key least of all.
struct UpstreamRequests: Sendable {
    private let base: BaseURL
    private let key: Current<String>
    private let fixedHeaders: [(name: String, value: String)]

    init(_ configuration: Configuration) {
        base = configuration.base
        key = Current(configuration.openAIKey, .openAIKey, log: configuration.log) { try SecretFile.read($0) }
        var headers = [(name: "User-Agent", value: "gpt-proxy/\(version)")]
        if let organization = configuration.organization { headers.append(("OpenAI-Organization", organization)) }
        if let project = configuration.project { headers.append(("OpenAI-Project", project)) }
        fixedHeaders = headers
    }

    private var headers: [(name: String, value: String)] {
        [("Authorization", "Bearer \(key.value)")] + fixedHeaders
    }

    /// What clients must not see of the key.
    var redaction: Redaction { Redaction(key: key.value) }

    /// Reads the key anew if it stands in a file.
    func reloadKey() {
        key.reload()
    }

    func get(_ path: String) -> Upstream.Request {
        Upstream.Request(method: "GET", origin: base.origin, path: base.path + path, headers: headers)
    }

    func post(_ translated: TranslatedRequest) -> Upstream.Request {
        Upstream.Request(
            method: "POST", origin: base.origin, path: base.path + translated.path,
            headers: headers + [
                ("Content-Type", "application/json"),
                ("Accept", translated.context.streams ? "text/event-stream" : "application/json"),
            ],
            body: translated.body)
    }

    /// A client's request as it is, but for its headers.
    func passed(
        _ method: String, _ path: String, contentType: String?, accept: String?, body: [UInt8]
    ) -> Upstream.Request {
        var headers = headers
        if let contentType { headers.append(("Content-Type", contentType)) }
        if let accept { headers.append(("Accept", accept)) }
        return Upstream.Request(
            method: method, origin: base.origin, path: base.path + path, headers: headers, body: body)
    }
}
