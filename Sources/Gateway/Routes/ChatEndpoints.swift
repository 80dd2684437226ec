internal import CGI
internal import NIOCore
internal import Translation

/// `POST /v1/chat/completions`: Chat Completions in, Chat Completions out, whichever API upstream has.
enum ChatEndpoint {
    static func respond(to context: RequestContext) async throws {
        try await session(context).run()
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private static func session(_ context: RequestContext) throws -> ChatSession {
        let translator = try context.translator()
        let (reasoning, caller, now) = (context.shared.caches.reasoning, context.caller, context.eventLoop.now)
        let request = try translator.translateChatRequest(context.takeDocument(for: translator)) {
            reasoning?.find(callID: $0, for: caller, now: now)
        }
        return ChatSession(request.choices, context)
    }
}

/// `POST /v1/completions`, the legacy API: each prompt becomes an upstream request and a choice of the response. An
/// upstream with one of the older APIs (`TARGET_API` other than `responses`) serves the legacy API itself.
enum CompletionsEndpoint {
    static func respond(to context: RequestContext) async throws {
        try await session(context).run()
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private static func session(_ context: RequestContext) throws -> ChatSession {
        let translator = try context.translator()
        let requests = try translator.translateCompletionRequest(context.takeDocument(for: translator))
        return ChatSession(requests.flatMap(\.choices), context)
    }
}

/// Routes whose API upstream has itself, such as `POST /v1/responses`: the model's name is mapped, and everything else is
/// passed on unchanged.
enum ModelMappedEndpoint {
    /// - Parameter path: upstream's path, below the base's.
    static func respond(to context: RequestContext, path: String) async throws {
        try await session(context, path).run()
    }

    @inline(never)  // See Architecture, "Memory per stream".
    private static func session(_ context: RequestContext, _ path: String) throws -> ResponseSession<PassedStream> {
        let (document, ids) = (try context.takeDocument(), context.storedIDs)
        let request = try context.translator().mapModel(of: ids?.unbound(document) ?? document, for: path)
        return ResponseSession([request], as: PassedForm(ids), context)
    }
}

/// The response to a request of one of the older APIs.
private enum ChatSession {
    /// Upstream gets requests of the Responses API, and its responses are translated back.
    case translated(ResponseSession<TranslatedStream>)
    /// Upstream has the client's API.
    case passed(ResponseSession<PassedStream>)

    /// - Parameter requests: at least one.
    init(_ requests: [TranslatedRequest], _ context: RequestContext) {
        if requests[0].path == Target.responses.path {
            self = .translated(ResponseSession(requests, as: TranslatedForm(), context))
        } else {
            self = .passed(ResponseSession(Array(requests.prefix(1)), as: PassedForm(), context))
        }
    }

    func run() async throws(HTTPError) {
        switch self {
        case .translated(let session): try await session.run()
        case .passed(let session): try await session.run()
        }
    }
}

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
