internal import Threads

/// The request slots of a process.
struct SlotAllocator: Sendable {
    private let clock: Clock
    /// The list of request slots. Nil entries are free.
    private var places: [RequestSlot?] = []
    private var free: [Int] = []
    private(set) var live = 0
    /// The maximum number of requests that were live at the same time.
    private(set) var mostLive = 0

    init(_ clock: Clock) {
        self.clock = clock
    }

    mutating func take() -> RequestSlot {
        live += 1
        mostLive = max(mostLive, live)
        let place = RequestSlot(takeIndex(), clock)
        if let index = place.index { places[index] = place }
        return place
    }

    mutating func giveBack(_ place: RequestSlot) {
        live -= 1
        guard let index = place.index else { return }
        places[index] = nil
        free.append(index)
    }

    /// The live requests on the list.
    var listed: [RequestSlot] { places.compactMap { $0 } }

    /// Takes a free entry of the list; nil if the list is full.
    private mutating func takeIndex() -> Int? {
        if let index = free.popLast() { return index }
        guard places.count < Layout.placeCount else { return nil }
        places.append(nil)
        return places.count - 1
    }
}
