public import Models

extension Day {
    /// The day by the system's clock.
    public static var today: Day { Day(secondsSince1970: Int(Timestamp.secondsSince1970())) }
}
