internal import Synchronization

/// Caches the models that have been assembled from the catalogue's rows: nearly every request is for one of few.
final class ModelCache: Sendable {
    private let models = Mutex<[String: Model]>([:])

    /// - Parameter assemble: makes the model the first time it is needed.
    func model(named name: String, assemble: () -> Model) -> Model {
        models.withLock { models in
            if let cached = models[name] { return cached }
            let model = assemble()
            models[name] = model
            return model
        }
    }
}
