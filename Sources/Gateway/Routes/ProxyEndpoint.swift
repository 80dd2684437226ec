internal import CGI
internal import Translation

/// `POST /proxy`, the original contract: the request is mapped, upstream's response is passed on.
enum ProxyEndpoint {
    static func respond(to context: RequestContext) async throws {
        try await session(context).run()
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private static func session(_ context: RequestContext) throws -> ResponseSession<PassedStream> {
        let request = try context.translator().translateProxyRequest(context.takeDocument())
        return ResponseSession([request], as: ProxyForm(), context)
    }
}
