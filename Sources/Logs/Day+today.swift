public import Models
internal import Threads

extension Day {
    /// The current day in UTC, by the system's clock.
    public static var today: Day { Day(secondsSince1970: Int(Clock.system.secondsSince1970)) }
}
