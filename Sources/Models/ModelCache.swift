internal import Synchronization

/// Caches the models that have been assembled from the catalogue's rows: nearly every request is for one of few.
final class ModelCache: Sendable {
    private let models = Mutex<[String: Model]>([:])

    subscript(name: String) -> Model? {
        get { models.withLock { $0[name] } }
        set { models.withLock { $0[name] = newValue } }
    }
}
