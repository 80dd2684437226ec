internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// Upstream's response, unchanged.
struct PassedForm: ResponseForm {
    func transforms(for requests: [TranslatedRequest], _ context: RequestContext) -> [PassedStream] {
        requests.map { _ in PassedStream(waitsForMeaning: true, redaction: context.redaction) }
    }

    func whole(
        _ responses: [UpstreamResponse], _ context: RequestContext
    ) async throws -> (head: ResponseHead, body: [UInt8]) {
        let response = responses[0]
        let document = try await context.document(of: response.response)
        context.record.usage = Usage(of: document.root)
        let body = document.root.given("error") == nil ? document.bytes : try context.redacted(document.bytes)
        return (.json(response.response.status, headers: response.headers), body)
    }
}
