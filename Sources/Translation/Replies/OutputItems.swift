internal import JSON

/// Finds the output item that an event or an item of the final response belongs to: by its id, by its index
/// (`output_index`), or by order, in this order. Not every server sends all of them, and some send an id twice.
struct OutputItems: Sendable {
    enum Kind: Sendable {
        case message, call, reasoning, other
        /// The type has not been told yet.
        case unknown

        init(of item: Value) {
            switch item["type"]?.stringContents {
            case nil: self = .unknown
            case "message"?: self = .message
            case "function_call"?, "custom_tool_call"?: self = .call
            case "reasoning"?: self = .reasoning
            default: self = .other
            }
        }

        /// Whether two tellings may be of the same item.
        func agrees(with other: Kind) -> Bool { self == other || self == .unknown || other == .unknown }
    }

    private struct Entry: Sendable {
        var kind: Kind
        var id: String?
        var index: Int?
        var isAnnounced = false
        var isDone = false
    }

    /// The items by their places, in the order in which they became known.
    private var entries: [Entry] = []
    private var placesByID: [String: [Int]] = [:]
    /// The last item with that index, and with that `call_id`.
    private var placeByIndex: [Int: Int] = [:]
    private var placeByCallID: [String: Int] = [:]

    /// How many of the last items an event without id and index may belong to: the search takes time.
    private static let reach = 64

    /// The item that an event about a part of its content belongs to.
    mutating func place(of event: Value, _ kind: Kind) -> Int {
        if let last = entries.last, isLast(event, last, kind) { return entries.count - 1 }
        let (id, index) = (event.id("item_id"), event.outputIndex)
        let found =
            place(id: id, index: index) ?? place(at: index, kind)
            ?? recent.last {
                !entries[$0].isDone
                    && mayBe($0, kind, entries[$0].isAnnounced && index == nil ? nil : id, index)
            }
        return enter(found, kind, id, index)
    }

    /// The item that upstream announces (`response.output_item.added`).
    mutating func announce(_ item: Value, _ event: Value) -> Int {
        let (kind, id, index) = (Kind(of: item), item.id("id"), event.outputIndex)
        var found = place(id: id, index: index, isNew: true)
        if found == nil, let known = place(at: index, kind) {
            let entry = entries[known]
            if !entry.isAnnounced || id == nil || entry.id == nil { found = known }
        }
        found = found ?? recent.first { !entries[$0].isAnnounced && mayBe($0, kind, id, index) }
        return announce(item, at: enter(found, kind, id, index))
    }

    /// The item that upstream tells whole (`response.output_item.done`).
    mutating func complete(_ item: Value, _ event: Value) -> Int {
        let (kind, id, index) = (Kind(of: item), item.id("id"), event.outputIndex)
        var found = place(id: id, index: index, isNew: true) ?? item.id("call_id").flatMap { placeByCallID[$0] }
        if found == nil, let known = place(at: index, kind) {
            let entry = entries[known]
            if !entry.isDone || id == nil || entry.id == nil { found = known }
        }
        found = found ?? recent.first { !entries[$0].isDone && mayBe($0, kind, id, index) }
        let place = announce(item, at: enter(found, kind, id, index))
        entries[place].isDone = true
        return place
    }

    /// The items of the final response, which may lack some.
    mutating func complete(_ output: [Value]) -> [Int] {
        var unmatched = Set(entries.indices)
        var found: [Int?] = output.map { item in
            let known = item.id("id").flatMap { placesByID[$0] } ?? []
            let place = known.first(where: unmatched.contains) ?? item.id("call_id").flatMap { placeByCallID[$0] }
            return place.flatMap { unmatched.remove($0) }
        }
        var queues = Dictionary(grouping: unmatched.sorted(by: >)) { entries[$0].kind }
        for (index, item) in output.enumerated() where found[index] == nil {
            let kind = Kind(of: item)
            if let same = placeByIndex[index], entries[same].kind.agrees(with: kind) {
                found[index] = unmatched.remove(same)
            }
            while found[index] == nil, let next = queues[kind]?.popLast() ?? queues[.unknown]?.popLast() {
                found[index] = unmatched.remove(next)
            }
        }
        return zip(output, found).map { item, place in
            let place = announce(item, at: enter(place, Kind(of: item), item.id("id"), nil))
            entries[place].isDone = true
            return place
        }
    }

    // MARK: Entries

    /// Whether an event is about the last item, as nearly all are. Compares its id without a copy of it.
    private func isLast(_ event: Value, _ last: Entry, _ kind: Kind) -> Bool {
        guard last.kind == kind, let index = last.index, index == event.outputIndex, let id = last.id else {
            return false
        }
        return event["item_id"]?.stringContents.map { $0 == id } ?? false
    }

    /// - Parameter isNew: whether another index means another item, even with the same id.
    private func place(id: String?, index: Int?, isNew: Bool = false) -> Int? {
        guard let id, let known = placesByID[id] else { return nil }
        guard let index else { return known.last }
        if let same = known.first(where: { entries[$0].index == index }) { return same }
        return known.last { !isNew || entries[$0].index == nil }
    }

    /// The last item with that index, if it is of that kind.
    private func place(at index: Int?, _ kind: Kind) -> Int? {
        guard let index, let place = placeByIndex[index], entries[place].kind.agrees(with: kind) else { return nil }
        return place
    }

    /// Whether an item of that kind could have that id and index, as far as they are known.
    private func mayBe(_ place: Int, _ kind: Kind, _ id: String?, _ index: Int?) -> Bool {
        let entry = entries[place]
        return entry.kind.agrees(with: kind) && (id == nil || entry.id == nil || entry.id == id)
            && (index == nil || entry.index == nil || entry.index == index)
    }

    private var recent: Range<Int> { max(0, entries.count - Self.reach)..<entries.count }

    private mutating func enter(_ found: Int?, _ kind: Kind, _ id: String?, _ index: Int?) -> Int {
        let place = found ?? entries.count
        if found == nil { entries.append(Entry(kind: kind)) }
        if entries[place].kind == .unknown { entries[place].kind = kind }
        if let index, found == nil || entries[place].index == nil {
            entries[place].index = index
            placeByIndex[index] = place
        }
        if let id, entries[place].id == nil {
            entries[place].id = id
            placesByID[id, default: []].append(place)
        }
        return place
    }

    private mutating func announce(_ item: Value, at place: Int) -> Int {
        entries[place].isAnnounced = true
        if let callID = item.id("call_id") { placeByCallID[callID] = place }
        return place
    }
}

extension Value {
    /// The index of the output item that an event belongs to; nil if the event has none.
    fileprivate var outputIndex: Int? { self["output_index"]?.integer }

    /// An id; nil if there is none or it is empty.
    fileprivate func id(_ name: StaticString) -> String? {
        self[name]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }
}
