/// What upstream's answer that it has no such model says of models, other than the calendar does.
public enum ModelLesson: Sendable, Hashable {
    /// The model is gone, although its day has not come.
    case gone(String)
    /// The replacement is not there: this upstream has dates of its own, and may still serve the model that was replaced.
    case alive(String)

    /// The model that it is about.
    public var name: String {
        switch self {
        case .gone(let name), .alive(let name): name
        }
    }
}

extension ModelAvailability {
    /// This availability with what was learned since.
    public func learning(_ lesson: ModelLesson) -> ModelAvailability {
        var learned = self
        switch lesson {
        case .gone(let name):
            learned.refused.insert(name)
            learned.served.remove(name)
        case .alive(let name):
            learned.served.insert(name)
            learned.refused.remove(name)
        }
        return learned
    }
}

extension ModelChoice {
    /// What it would mean if upstream did not have the model; nil when there is no other to ask.
    public var lessonOfRefusal: ModelLesson? {
        if sent.replacement != nil { return .gone(sent.name) }
        return retired.map { .alive($0) }
    }
}
