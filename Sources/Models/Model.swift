/// The facts about one model.
public struct Model: Sendable, Equatable {
    /// When a model reasons before it answers.
    public enum Reasoning: String, Sendable, CaseIterable {
        /// It never reasons.
        case never
        /// It reasons at every effort.
        case always
        /// It reasons unless the effort is `none`.
        case optional
    }

    /// When a model accepts `temperature`, `top_p`, `logprobs` and `top_logprobs`.
    public enum Sampling: String, Sendable, CaseIterable {
        /// At every effort.
        case always
        /// At no effort.
        case never
        /// Only at the effort `none`, which the request sets or which is the model's default.
        case effortNone = "effort-none"
    }

    /// Which efforts a model accepts.
    public enum Efforts: Sendable, Equatable {
        /// Unknown: the client's effort is passed on.
        case unknown
        /// None: the request must not contain the field, or its valid values are unknown.
        case unsupported
        /// These efforts, at least one, in ascending order.
        case only([Effort])
    }

    /// Whether Chat Completions serves a model.
    public enum ChatSupport: String, Sendable, CaseIterable {
        /// All requests.
        case yes
        /// No requests.
        case no
        /// Requests without function tools.
        case noTools = "no-tools"
        /// Requests without function tools, and all requests at the effort `none`.
        case toolsAtNone = "tools-at-none"
    }

    /// The name that was looked up.
    public let name: String
    /// Whether the catalogue has a row for exactly this name, as it has not for a misspelt name.
    public let hasOwnRow: Bool
    /// When it reasons.
    public let reasoning: Reasoning
    /// Which efforts it accepts.
    public let efforts: Efforts
    /// The effort that the model uses if a request sets none; nil if unknown.
    public let defaultEffort: Effort?
    /// When it accepts sampling parameters; nil for a model that generates nothing.
    public let sampling: Sampling?
    /// Whether assistant messages are sent with their `phase` (commentary or final answer).
    public let wantsPhase: Bool
    /// Whether Chat Completions serves it.
    public let chat: ChatSupport
    /// Whether the Responses API serves it.
    public let isServedByResponses: Bool
    /// The first day on which OpenAI rejects it; nil if none has been announced.
    public let shutdown: Day?
    /// The model that is sent instead from that day on; nil if none is named.
    public let replacement: ModelSelection?
    /// The price of its tokens; nil if it is not known.
    public let price: Price?

    /// Whether it reasons before it answers a request with that effort.
    ///
    /// - Parameter effort: the effort that is sent; nil if none is.
    public func reasons(at effort: Effort?) -> Bool {
        switch reasoning {
        case .never: false
        case .always: true
        case .optional: !isEffortNone(effort)
        }
    }

    /// Whether it accepts sampling parameters in a request with that effort.
    ///
    /// - Parameter effort: the effort that is sent; nil if none is.
    public func takesSampling(at effort: Effort?) -> Bool {
        switch sampling {
        case .always, nil: true
        case .never: false
        case .effortNone: isEffortNone(effort)
        }
    }

    /// The effort to send for the one that is asked for; nil if none may be sent.
    public func effort(for asked: Effort) -> Effort? {
        switch efforts {
        case .unknown: asked
        case .unsupported: nil
        case .only(let taken): asked.nearest(in: taken)
        }
    }

    /// Whether Chat Completions answers a request with function tools and that effort.
    ///
    /// - Parameter effort: the effort that is sent; nil if none is.
    public func takesToolsInChat(at effort: Effort?) -> Bool {
        switch chat {
        case .yes: true
        case .no, .noTools: false
        case .toolsAtNone: isEffortNone(effort)
        }
    }

    private func isEffortNone(_ effort: Effort?) -> Bool {
        (effort ?? defaultEffort) == Effort.none
    }
}
