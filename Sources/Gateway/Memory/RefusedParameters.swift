internal import Translation

/// The parameters that upstream was seen to refuse, by model: next time they are left out before it can.
final class RefusedParameters: Sendable {
    /// After that it is tried again: models learn.
    private static let lifetime = Duration.seconds(3600)
    private static let maximumModels = 256
    private static let maximumPerModel = 32

    private let refused = BoundedCache<String, [RefusedParameter]>(capacity: 2 * maximumModels, lifetime: lifetime)

    func add(_ parameter: RefusedParameter, for model: String) {
        var known = refused.find(model) ?? []
        guard !known.contains(parameter), known.count < Self.maximumPerModel else { return }
        known.append(parameter)
        refused.store(known, size: 1, for: model)
    }

    func of(_ model: String) -> [RefusedParameter] {
        refused.find(model) ?? []
    }
}
