/// The facts about one model.
public struct Model: Sendable, Equatable {
    /// When a model thinks before it answers.
    public enum Reasoning: String, Sendable, CaseIterable {
        /// It answers at once.
        case never
        /// No effort switches it off.
        case always
        /// Unless its effort is `none`.
        case optional
    }

    /// When a model takes `temperature`, `top_p`, `logprobs` and `top_logprobs`.
    public enum Sampling: String, Sendable, CaseIterable {
        /// At every effort.
        case always
        /// At none.
        case never
        /// Only at the effort `none`, asked for or its default.
        case effortNone = "effort-none"
    }

    /// Which efforts a model takes.
    public enum Efforts: Sendable, Equatable {
        /// Unknown: what the client asks for is passed on.
        case unknown
        /// None: the request must have no such field, or it is not known what may stand there.
        case unsupported
        /// These, at least one, in ascending order.
        case only([Effort])
    }

    /// Whether Chat Completions serves a model.
    public enum ChatSupport: String, Sendable, CaseIterable {
        /// Whatever is asked.
        case yes
        /// Not at all.
        case no
        /// Function tools are refused.
        case noTools = "no-tools"
        /// Function tools are refused unless the effort is `none`.
        case toolsAtNone = "tools-at-none"
    }

    /// The name that was looked up.
    public let name: String
    /// Whether the catalogue has a row for just this name, which a misspelt name has not.
    public let hasOwnRow: Bool
    /// When it thinks.
    public let reasoning: Reasoning
    /// Which efforts it takes.
    public let efforts: Efforts
    /// The effort that the model uses when a request sets no effort; nil when unknown.
    public let defaultEffort: Effort?
    /// When it takes sampling parameters; nil of a model that generates nothing.
    public let sampling: Sampling?
    /// Whether assistant messages are sent with their `phase` (commentary or final answer).
    public let wantsPhase: Bool
    /// Whether Chat Completions serves it.
    public let chat: ChatSupport
    /// Whether the Responses API serves it.
    public let isServedByResponses: Bool
    /// The first day on which OpenAI rejects it; nil when none has been announced.
    public let shutdown: Day?
    /// What is sent instead from that day on; nil when nothing is named.
    public let replacement: ModelSelection?
    /// What its tokens cost; nil when that is not known.
    public let price: Price?

    /// Whether it thinks before it answers a request with that effort.
    ///
    /// - Parameter effort: the effort that is sent; nil when none is.
    public func reasons(at effort: Effort?) -> Bool {
        switch reasoning {
        case .never: false
        case .always: true
        case .optional: !isEffortNone(effort)
        }
    }

    /// Whether it takes sampling parameters in a request with that effort.
    ///
    /// - Parameter effort: the effort that is sent; nil when none is.
    public func takesSampling(at effort: Effort?) -> Bool {
        switch sampling {
        case .always, nil: true
        case .never: false
        case .effortNone: isEffortNone(effort)
        }
    }

    /// The effort to send for the one asked for; nil when none may be sent.
    public func effort(for asked: Effort) -> Effort? {
        switch efforts {
        case .unknown: asked
        case .unsupported: nil
        case .only(let taken): asked.nearest(in: taken)
        }
    }

    /// Whether Chat Completions answers a request with function tools and that effort.
    ///
    /// - Parameter effort: the effort that is sent; nil when none is.
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
