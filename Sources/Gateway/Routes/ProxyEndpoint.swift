internal import CGI
internal import Translation

/// `POST /proxy`, the original contract: the request is mapped, upstream's response is passed on.
enum ProxyEndpoint {
    static func respond(to context: RequestContext) async throws {
        try await session(context).run()
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private static func session(_ context: RequestContext) throws -> ResponseSession<PassedStream> {
        let translator = try context.translator()
        let request = try translator.translateProxyRequest(context.takeDocument(for: translator))
        return ResponseSession([request], as: ProxyForm(), context)
    }
}
