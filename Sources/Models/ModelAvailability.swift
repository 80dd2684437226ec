/// Which models can be had at a moment: by the calendar, and by what upstream was seen to answer.
public struct ModelAvailability: Sendable, Equatable {
    /// Today, by which models with an earlier or the same shutdown date are gone.
    public var day: Day
    /// Names that upstream has refused although their day has not come.
    public var refused: Set<String>
    /// Names that upstream still serves although their day has come.
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
