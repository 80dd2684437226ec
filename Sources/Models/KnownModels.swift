internal import Synchronization

/// Models that have been put together of the catalogue's rows.
final class KnownModels: Sendable {
    private let models = Mutex<[String: Model]>([:])

    /// - Parameter make: makes the model, the first time that it is asked for.
    func model(named name: String, make: () -> Model) -> Model {
        models.withLock { models in
            if let known = models[name] { return known }
            let model = make()
            models[name] = model
            return model
        }
    }
}
