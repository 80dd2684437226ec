internal import Models

/// The reasoning effort to send, and how the model behaves at that effort.
struct EffortToSend {
    /// The effort that the client asks for; nil if it sets none.
    let asked: String?
    /// The effort to send; nil sends none.
    let text: String?
    /// Whether the model reasons.
    let reasons: Bool
    /// Whether it supports sampling parameters.
    let takesSampling: Bool
    /// Whether Chat Completions lets it call functions.
    let takesToolsInChat: Bool

    /// - Parameters:
    ///   - asked: the effort that the client asks for. An unknown word is passed on, so that upstream rejects it.
    ///   - choice: the model, and the effort that is configured with it.
    ///   - api: the API that the request is sent to. Chat Completions does not support `max`; it is passed on for a model
    ///     whose efforts are unknown.
    init(asked: String?, of choice: ModelChoice, in api: Target) {
        let model = choice.sent
        if let asked, Effort(rawValue: asked) == nil {
            // Assume that the model reasons at the unknown effort.
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
