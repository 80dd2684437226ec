internal import Models

/// The period of a report, divided into parts of equal length, few enough to be visible in a plot.
struct TimeLine {
    struct Part {
        /// In hours since 1970.
        let start: Int
        var value = Interval()
    }

    private(set) var parts: [Part] = []
    /// The length of a part, in hours.
    let unit: Int

    private static let partLimit = 62
    private static let (day, week) = (24, 7 * 24)
    /// 1970 began on a Thursday; weeks begin on Mondays.
    private static let firstMonday = 4 * day

    /// - Parameter hours: the sums by hours since 1970, at least one.
    init(_ hours: [Int: Interval]) {
        let (first, last) = (hours.keys.min() ?? 0, hours.keys.max() ?? 0)
        let span = last - first + 1
        let units = [1, 3, 6, 12, Self.day, Self.week]
        let unit = units.first { span <= ($0 * Self.partLimit) } ?? (span / Self.partLimit / Self.week + 1) * Self.week
        let offset = unit >= Self.week ? Self.firstMonday : 0
        func start(_ hour: Int) -> Int { hour - (hour + unit * 1000 - offset) % unit }
        self.unit = unit
        parts = stride(from: start(first), through: start(last), by: unit).map { Part(start: $0) }
        for (hour, value) in hours { parts[(start(hour) - start(first)) / unit].value += value }
    }

    /// `hour`, `6 hours`, `day` …
    var unitName: String {
        switch unit {
        case 1: "hour"
        case ..<Self.day: "\(unit) hours"
        case Self.day: "day"
        case Self.week: "week"
        default: "\(unit / Self.week) weeks"
        }
    }

    /// The name of a part: its first hour or day.
    func name(of part: Part) -> String {
        unit < Self.day ? Moment.text(ofHour: part.start) : Self.day(ofHour: part.start)
    }

    /// The parts with a label at the axis, and the labels: days, or times of day if the period is at most two days.
    var labels: [(index: Int, text: String)] {
        let span = parts.count * unit
        let isShort = span <= 2 * Self.day
        let starts = parts.indices.filter { isShort || unit >= Self.day || parts[$0].start % Self.day == 0 }
        return stride(from: 0, to: starts.count, by: max(1, (starts.count + 4) / 6)).map { number in
            let hour = parts[starts[number]].start
            if isShort { return (starts[number], "\((hour % Self.day).padded(2)):00") }
            // Without the year, unless the period is longer than 300 days.
            return (starts[number], String(Self.day(ofHour: hour).dropFirst(span > 300 * Self.day ? 0 : 5)))
        }
    }

    private static func day(ofHour hour: Int) -> String {
        Day(daysSince1970: hour / day).description
    }
}
