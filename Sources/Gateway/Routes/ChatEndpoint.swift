internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// `POST /v1/chat/completions`: Chat Completions in, Chat Completions out, whatever upstream speaks.
enum ChatEndpoint {
    static func respond(to exchange: Exchange) async throws -> Reply {
        switch try translate(exchange) {
        case .responses(let requests): try await TranslatedReply.to(requests, exchange)
        case .passed(let request): try await PassedReply.to(request, exchange)
        }
    }

    private enum Translation {
        /// What the Responses API is asked for, and has to be translated back.
        case responses([TranslatedRequest])
        /// Chat Completions, which upstream speaks itself.
        indirect case passed(TranslatedRequest)
    }

    /// By itself: its variables would take room in the task's frame, which lives as long as the stream.
    @inline(never)
    private static func translate(_ exchange: Exchange) throws -> Translation {
        let translator = try exchange.translator()
        let (reasoning, caller) = (exchange.memory.reasoning, exchange.caller)
        let request = try translator.translateChatRequest(exchange.takeDocument()) {
            reasoning?.find(callID: $0, for: caller)
        }
        return request.path == Target.responses.path ? .responses(request.choices) : .passed(request)
    }
}
