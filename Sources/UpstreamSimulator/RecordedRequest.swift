/// A request as the simulator received it, and what became of its reply.
public struct RecordedRequest: Sendable {
    /// A header field, with its name as it was sent.
    public struct Header: Sendable, Equatable {
        public let name: String
        public let value: String
    }

    /// How an exchange ended.
    public enum Ending: String, Sendable {
        /// It has not: the reply is still being sent, or withheld.
        case none
        /// The whole reply went out.
        case completed
        /// The client closed the connection before the end of the reply.
        case clientClosed = "client closed"
        /// The simulator broke the reply off, as it was asked to.
        case brokenOff = "broken off"
    }

    /// As much of a body as is kept, in bytes.
    public static let keptBodySize = 64 << 10

    /// Counts all requests of this simulator, from 1 up.
    public let number: Int
    /// Counts the connections: the same number means the same connection.
    public let connection: Int
    /// When its last byte had come, in milliseconds since 1970.
    public let time: Int
    public let method: String
    /// The target as it was sent, with its query.
    public let path: String
    public let headers: [Header]
    /// The size of the body in bytes, all of it.
    public let bodySize: Int
    /// The body, or its first ``keptBodySize`` bytes.
    public let body: [UInt8]

    /// The status that was sent; nil while no head has gone out.
    public internal(set) var status: Int?
    /// How many events (or, of a reply that is no stream, pieces of the body) had been written when it ended.
    public internal(set) var eventsSent = 0
    public internal(set) var ending = Ending.none

    /// The value of the first header field of that name, in whatever case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
}
