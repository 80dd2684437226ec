internal import Threads

/// The request slots of a process.
struct SlotAllocator: Sendable {
    private let clock: Clock
    /// The list of request slots. Nil entries are free.
    private var slots: [RequestSlot?] = []
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
        let slot = RequestSlot(takeIndex(), clock)
        if let index = slot.index { slots[index] = slot }
        return slot
    }

    mutating func giveBack(_ slot: RequestSlot) {
        live -= 1
        guard let index = slot.index else { return }
        slots[index] = nil
        free.append(index)
    }

    /// The live requests on the list.
    var listed: [RequestSlot] { slots.compactMap { $0 } }

    /// Takes a free entry of the list; nil if the list is full.
    private mutating func takeIndex() -> Int? {
        if let index = free.popLast() { return index }
        guard slots.count < Layout.requestSlotCount else { return nil }
        slots.append(nil)
        return slots.count - 1
    }
}
