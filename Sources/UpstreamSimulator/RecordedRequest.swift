/// A request as the simulator received it, and the outcome of its response.
public struct RecordedRequest: Sendable {
    /// A header field.
    public struct Header: Sendable, Equatable {
        /// The name as it was sent, in upper or lower case.
        public let name: String
        /// The value, without surrounding white space.
        public let value: String
    }

    /// How an exchange ended.
    public enum Ending: String, Sendable {
        /// It has not ended: the response is still being sent, or withheld.
        case none
        /// The whole response was sent.
        case completed
        /// The client closed the connection before the end of the response.
        case clientClosed = "client closed"
        /// The simulator broke off the response, as the request asked.
        case brokenOff = "broken off"
    }

    /// The number of bytes of a body that are kept.
    public static let keptBodySize = 64 << 10

    /// The number of the request in this simulator, starting from 1.
    public let number: Int
    /// The number of the connection, starting from 1.
    public let connection: Int
    /// The arrival of its last byte, in milliseconds since 1970.
    public let time: Int
    /// `GET`, `POST` and so on.
    public let method: String
    /// The request target as it was sent, including the query.
    public let path: String
    /// The header fields in the order in which they were sent.
    public let headers: [Header]
    /// The size of the whole body in bytes.
    public let bodySize: Int
    /// The body, or its first ``keptBodySize`` bytes.
    public let body: [UInt8]

    /// The status that was sent; nil until the response head is sent.
    public internal(set) var status: Int?
    /// The number of events (or, if the response is not a stream, pieces of the body) written when it ended.
    public internal(set) var eventsSent = 0
    /// How it ended; ``Ending/none`` until then.
    public internal(set) var ending = Ending.none

    /// The value of the first header field with this name, ignoring case; nil if there is none.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
}
