internal import Models

/// The reasoning effort that a request is sent with, and what the model does at it.
struct EffortToSend {
    /// As it is sent; nil sends none.
    let text: String?
    /// Whether the model thinks.
    let reasons: Bool
    /// Whether it takes sampling parameters.
    let takesSampling: Bool
    /// Whether it may call functions through Chat Completions.
    let takesToolsInChat: Bool

    /// - Parameters:
    ///   - asked: the client's own effort. A word that no model is known to take is passed on, for upstream to say so.
    ///   - choice: the model, and the effort that goes with it where the client has none.
    ///   - api: the API that is asked. Chat Completions takes no `max`, whatever the model.
    init(asked: String?, of choice: ModelChoice, in api: Target) {
        let model = choice.sent
        let word = asked.map { Effort(rawValue: $0) } ?? choice.effort
        guard asked == nil || word != nil else {
            self.init(asked, .medium, of: model)
            return
        }
        var effort = word.flatMap { model.effort(for: $0) }
        if api != .responses, case .some(let taken) = model.efforts {
            effort = word?.nearest(in: taken.filter { $0 < .max })
        }
        self.init(effort?.rawValue, effort, of: model)
    }

    private init(_ text: String?, _ effort: Effort?, of model: Model) {
        self.text = text
        reasons = model.reasons(at: effort)
        takesSampling = model.takesSampling(at: effort)
        takesToolsInChat = model.takesToolsInChat(at: effort)
    }
}
