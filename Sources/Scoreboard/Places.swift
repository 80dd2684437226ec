/// Which of a scoreboard's places are taken, and how many exchanges are live.
struct Places {
    private let file: BoardFile
    private let clock: Clock
    private var free: [Int] = []
    private var used = 0
    private var reserved = 0
    private var live = 0

    init(_ file: BoardFile, _ clock: Clock) {
        self.file = file
        self.clock = clock
    }

    mutating func take() -> Place {
        note(live: live + 1)
        return Place(file, takeIndex(), clock)
    }

    mutating func giveBack(_ place: Place) {
        place.clear()
        note(live: live - 1)
        if let index = place.index { free.append(index) }
    }

    /// Nil when more exchanges are live than the file has places for.
    private mutating func takeIndex() -> Int? {
        if let index = free.popLast() { return index }
        if used == reserved {
            guard used < Layout.placeCount, file.reserve(Layout.places + used * Layout.placeSize, Layout.step)
            else { return nil }
            reserved += Layout.step / Layout.placeSize
        }
        used += 1
        file.publish(UInt64(used), as: .placesUsed)
        return used - 1
    }

    private mutating func note(live count: Int) {
        let interval = RunningInterval(file, at: clock.stamp())
        live = count
        file[.live] = UInt64(clamping: live)
        file[.mostLive] = max(file[.mostLive], UInt64(clamping: live))
        interval.note(live: live)
    }
}
