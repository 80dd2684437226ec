/// Which models are available, by date and by upstream's responses.
public struct ModelAvailability: Sendable, Equatable {
    /// Today. Models with this or an earlier shutdown date are retired.
    public var day: Day
    /// Names of models that upstream has rejected before their shutdown date.
    public var refused: Set<String>
    /// Names of models that upstream still serves after their shutdown date.
    public var served: Set<String>

    /// - Parameters:
    ///   - day: today.
    ///   - refused: names of models that upstream has rejected before their shutdown date.
    ///   - served: names of models that upstream still serves after their shutdown date.
    public init(on day: Day, refused: Set<String> = [], served: Set<String> = []) {
        self.day = day
        self.refused = refused
        self.served = served
    }

    /// Whether a model has to be replaced.
    public func isGone(_ model: Model) -> Bool {
        if refused.contains(model.name) { return true }
        guard let shutdown = model.shutdown, !served.contains(model.name) else { return false }
        return shutdown <= day
    }
}
