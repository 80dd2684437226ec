import JSON
import Models

/// Rules that depend on the model.
extension Rules {
    /// Rejects a model that Chat Completions does not serve.
    static let servedByChat: Rule = { request in
        guard request.model.chat == .no else { return nil }
        return APIError(
            status: 404,
            message: request.model.isServedByResponses
                ? "This model is only supported in v1/responses and not in v1/chat/completions."
                : "This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean to "
                    + "use v1/completions?",
            param: "model")
    }

    /// Rejects a model that the Responses API does not serve.
    static let servedByResponses: Rule = { request in
        guard !request.model.isServedByResponses else { return nil }
        return APIError(
            message: "The requested model '\(request.model.name)' is not supported with the Responses API.",
            param: "model", code: "model_not_found")
    }

    /// Rejects function tools for a model that accepts them only in the Responses API, or only while it does not reason. The
    /// API uses the same message for both, even if `none` would not help.
    static let functionToolsInChat: Rule = { request in
        guard hasFunctions(request), !request.model.takesToolsInChat(at: request.effort) else { return nil }
        return APIError(
            message: """
                Function tools with reasoning_effort are not supported for \(request.model.name) in \
                /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.
                """,
            param: "reasoning_effort")
    }

    private static func hasFunctions(_ request: ModelRequest) -> Bool {
        request["tools"]?.elements.contains { $0["type"]?.isString("function") ?? false } ?? false
            || request["functions"]?.elements.contains { _ in true } ?? false
    }

    /// Rejects an effort that the model does not support in the Responses API.
    static let effortInResponses = effort("reasoning.effort", upTo: .max) { word, model in
        "'\(word)' is not supported with the '\(model)' model."
    }

    /// Rejects an effort that the model does not support in Chat Completions, which does not have `max`.
    static let effortInChat = effort("reasoning_effort", upTo: .xhigh) { word, _ in
        "'reasoning_effort' does not support '\(word)' with this model."
    }

    private static func effort(
        _ name: String, upTo largest: Effort, refusal: @escaping @Sendable (_ word: String, _ model: String) -> String
    ) -> Rule {
        { request in
            guard let word = request.effortWord else { return nil }
            guard let effort = request.effort else {
                let known = Effort.allCases.filter { $0 <= largest }
                return .invalidValue(word, of: name, supported: known.map(\.rawValue))
            }
            switch request.model.efforts {
            case .unknown: return nil
            case .unsupported: return .unsupportedParameter(name)
            case .only(let taken):
                let supported = taken.filter { $0 <= largest }
                guard !supported.contains(effort) else { return nil }
                return APIError(
                    message: """
                        Unsupported value: \(refusal(word, request.model.name)) Supported values are: \
                        \(supported.map(\.rawValue).quotedList).
                        """,
                    param: name, code: "unsupported_value")
            }
        }
    }
}
