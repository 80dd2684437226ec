import JSON
import Testing
import Translation

/// Translates a body of `/proxy` and returns the upstream request, with its body as text.
func proxied(
    _ body: String, _ change: (inout TranslationSettings) -> Void = { _ in }
) throws -> (body: String, request: TranslatedRequest) {
    var settings = TranslationSettings()
    change(&settings)
    let request = try RequestTranslator(settings: settings).translateProxyRequest(Document(parsing: Array(body.utf8)))
    return (String(decoding: request.body, as: UTF8.self), request)
}

/// The error that translating a body of `/proxy` throws.
func refusal(_ body: String, _ change: (inout TranslationSettings) -> Void = { _ in }) throws -> RequestError {
    try #require(throws: RequestError.self) { try proxied(body, change) }
}

/// The source text of the value at a path of names and indices in a JSON text; nil if there is none.
func at(_ path: [String], in text: String) throws -> String? {
    var value = try Document(parsing: Array(text.utf8)).root
    for step in path {
        let next =
            Int(step).map { Array(value.elements).indices.contains($0) ? Array(value.elements)[$0] : nil }
            ?? value.members.first { $0.name == step }?.value
        guard let next else { return nil }
        value = next
    }
    return String(decoding: value.text, as: UTF8.self)
}
