public import Models

extension Day {
    /// The current day in UTC, by the system's clock.
    public static var today: Day { Day(secondsSince1970: Int(Timestamp.secondsSince1970())) }
}
