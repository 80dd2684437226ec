/// One server-sent event.
public struct Event: Sendable, Equatable {
    /// The `event` field; empty when there was none, which means `message`.
    public var name: [UInt8]

    /// The `data` fields' values, joined by newlines.
    public var data: [UInt8]

    /// An event of its parts.
    public init(name: [UInt8] = [], data: [UInt8]) {
        self.name = name
        self.data = data
    }
}
