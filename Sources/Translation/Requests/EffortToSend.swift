internal import Models

/// The reasoning effort that a request is sent with, and what the model does at it.
struct EffortToSend {
    /// What the client asks for; nil when it sets no effort.
    let asked: String?
    /// What is sent; nil sends no effort.
    let text: String?
    /// Whether the model reasons.
    let reasons: Bool
    /// Whether it supports sampling parameters.
    let takesSampling: Bool
    /// Whether Chat Completions lets it call functions.
    let takesToolsInChat: Bool

    /// - Parameters:
    ///   - asked: what the client asks for. A word that is no effort is passed on, so that upstream rejects it.
    ///   - choice: the model, and the effort that goes with it.
    ///   - api: the API that the request is sent to. Chat Completions supports no `max`; for a model whose efforts are unknown,
    ///     it is passed on.
    init(asked: String?, of choice: ModelChoice, in api: Target) {
        let model = choice.sent
        if let asked, Effort(rawValue: asked) == nil {
            // The model would reason at whatever the word means.
            self.init(asked, sent: asked, .medium, of: model)
            return
        }
        let wanted = asked.flatMap(Effort.init(rawValue:)) ?? choice.effort
        var effort = wanted.flatMap { model.effort(for: $0) }
        if api != .responses, case .only(let supported) = model.efforts {
            effort = wanted?.nearest(in: supported.filter { $0 < .max })
        }
        self.init(asked, sent: effort?.rawValue, effort, of: model)
    }

    private init(_ asked: String?, sent text: String?, _ effort: Effort?, of model: Model) {
        self.asked = asked
        self.text = text
        reasons = model.reasons(at: effort)
        takesSampling = model.takesSampling(at: effort)
        takesToolsInChat = model.takesToolsInChat(at: effort)
    }
}
