import Models
import Testing

struct DayTests {
    @Test(arguments: [
        ("1970-01-01", 0), ("1970-12-31", 364), ("2000-02-29", 11_016), ("2026-12-11", 20_798),
        ("9999-12-31", 2_932_896),
    ])
    func `a day is read and written`(text: String, days: Int) {
        #expect(Day(text)?.daysSince1970 == days)
        #expect(Day(daysSince1970: days).description == text)
    }

    @Test(arguments: [
        "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "1969-12-31", "", "2026-12-11T00", "20 6-12-11",
        "２026-12-11", "-026-12-11",
    ])
    func `an invalid date is rejected`(text: String) {
        #expect(Day(text) == nil)
    }

    @Test func `every day of four centuries survives a round trip`() {
        for days in 0...146_097 { #expect(Day(Day(daysSince1970: days).description)?.daysSince1970 == days) }
    }

    @Test(arguments: [
        (0, "1970-01-01"), (86_399, "1970-01-01"), (86_400, "1970-01-02"), (-1, "1969-12-31"), (-86_400, "1969-12-31"),
        (-86_401, "1969-12-30"),
    ])
    func `a day begins at midnight UTC`(seconds: Int, text: String) {
        #expect(Day(secondsSince1970: seconds).description == text)
    }

    @Test(arguments: [Int.min, Int.max])
    func `extreme times do not trap`(seconds: Int) {
        let day = Day(secondsSince1970: seconds)
        #expect(!day.description.isEmpty)
        #expect(Day(daysSince1970: seconds).days(until: day) != 0)
        #expect(!Day(daysSince1970: seconds).description.isEmpty)
    }
}
