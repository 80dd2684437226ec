/// What upstream's response shows about a model, in contradiction to its shutdown date.
public enum ModelObservation: Sendable, Hashable {
    /// Upstream rejects the model before its shutdown date.
    case refused(String)
    /// Upstream does not have the replacement: its shutdown dates differ, and it may still serve the model that was
    /// replaced.
    case served(String)

    /// The model that the observation is about.
    public var name: String {
        switch self {
        case .refused(let name), .served(let name): name
        }
    }
}

extension ModelAvailability {
    /// Adds an observation, which takes precedence over earlier ones about the same model.
    public mutating func add(_ observation: ModelObservation) {
        switch observation {
        case .refused(let name):
            refused.insert(name)
            served.remove(name)
        case .served(let name):
            served.insert(name)
            refused.remove(name)
        }
    }

    /// This availability with one more observation.
    public func adding(_ observation: ModelObservation) -> ModelAvailability {
        var sum = self
        sum.add(observation)
        return sum
    }
}

extension ModelChoice {
    /// The observation that follows if upstream does not have the model; nil if there is no other model to send.
    public var observationIfMissing: ModelObservation? {
        // A name that only a pattern matches may be misspelt, or belong to another account.
        if sent.replacement != nil { return sent.hasOwnRow ? .refused(sent.name) : nil }
        return predecessor.map { .served($0) }
    }
}
