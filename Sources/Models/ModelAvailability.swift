/// Which models are available: by date, and by what upstream has answered.
public struct ModelAvailability: Sendable, Equatable {
    /// Today. Models whose shutdown date is not later are gone.
    public var day: Day
    /// Names that upstream has refused before their shutdown date.
    public var refused: Set<String>
    /// Names that upstream still serves after their shutdown date.
    public var served: Set<String>

    /// - Parameters:
    ///   - day: today.
    ///   - refused: see the property.
    ///   - served: see the property.
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
