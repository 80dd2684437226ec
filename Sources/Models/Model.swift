/// What the catalogue knows of a model.
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
        case any
        /// None: the request must have no such field, or it is not known what may stand there.
        case none
        /// These, at least one, in ascending order.
        case some([Effort])
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
    /// When it thinks.
    public let reasoning: Reasoning
    /// Which efforts it takes.
    public let efforts: Efforts
    /// The effort of requests that have none; nil when that is not known or there is no such thing.
    public let defaultEffort: Effort?
    /// When it takes sampling parameters; nil of a model that generates nothing.
    public let sampling: Sampling?
    /// Whether it wants to know which messages of the assistant were answers, and which stood beside its work (`phase`).
    public let wantsPhase: Bool
    /// Whether Chat Completions serves it.
    public let chat: ChatSupport
    /// Whether the Responses API serves it.
    public let isServedByResponses: Bool
    /// The first day on which OpenAI refuses it; nil when none has been announced.
    public let shutdown: Day?
    /// What is asked instead once it is gone; nil when nothing is named.
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
        case .optional: (effort ?? defaultEffort) != Effort.none
        }
    }

    /// Whether it takes sampling parameters in a request with that effort.
    ///
    /// - Parameter effort: the effort that is sent; nil when none is.
    public func takesSampling(at effort: Effort?) -> Bool {
        switch sampling {
        case .always, nil: true
        case .never: false
        case .effortNone: (effort ?? defaultEffort) == Effort.none
        }
    }

    /// The effort to send for the one asked for; nil when none may be sent.
    public func effort(for asked: Effort) -> Effort? {
        switch efforts {
        case .any: asked
        case .none: nil
        case .some(let taken): asked.nearest(in: taken)
        }
    }

    /// Whether Chat Completions answers a request with function tools and that effort.
    ///
    /// - Parameter effort: the effort that is sent; nil when none is.
    public func takesToolsInChat(at effort: Effort?) -> Bool {
        switch chat {
        case .yes: true
        case .no, .noTools: false
        case .toolsAtNone: (effort ?? defaultEffort) == Effort.none
        }
    }
}
