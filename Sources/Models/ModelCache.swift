internal import Synchronization

/// Caches the models that have been assembled from the catalogue's rows, because nearly all requests are for a few models.
final class ModelCache: Sendable {
    private let models = Mutex<[String: Model]>([:])

    subscript(name: String) -> Model? {
        get { models.withLock { $0[name] } }
        set { models.withLock { $0[name] = newValue } }
    }
}
