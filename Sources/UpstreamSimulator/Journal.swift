import JSON
import Synchronization

/// A record of what the simulator received: the last requests, and counts of connections. Written by the event loop, readable
/// from any thread.
final class Journal: Sendable {
    /// The maximum number of requests that are kept.
    static let capacity = 1_000

    private struct State {
        /// The request with number n is at n modulo the capacity, until a later one overwrites it.
        var slots: [RecordedRequest?] = Array(repeating: nil, count: capacity)
        var requestCount = 0
        var connectionCount = 0
        var openConnections = 0
    }

    private let state = Mutex(State())

    /// Records a new connection and returns its number, starting from 1.
    func connectionOpened() -> Int {
        state.withLock { state in
            state.openConnections += 1
            state.connectionCount += 1
            return state.connectionCount
        }
    }

    func connectionClosed() {
        state.withLock { $0.openConnections -= 1 }
    }

    var connections: (open: Int, total: Int) {
        state.withLock { ($0.openConnections, $0.connectionCount) }
    }

    /// Adds the request that `make` builds for its number, and returns that number.
    func add(_ make: (_ number: Int) -> RecordedRequest) -> Int {
        state.withLock { state in
            state.requestCount += 1
            state.slots[state.requestCount % Self.capacity] = make(state.requestCount)
            return state.requestCount
        }
    }

    /// Updates a request, if it is still kept.
    func update(_ number: Int, _ change: (inout RecordedRequest) -> Void) {
        state.withLock { state in
            let slot = number % Self.capacity
            guard state.slots[slot]?.number == number else { return }
            if var request = state.slots[slot].take() {
                change(&request)
                state.slots[slot] = request
            }
        }
    }

    /// The kept requests, oldest first.
    var requests: [RecordedRequest] {
        state.withLock { state in
            let oldest = state.requestCount + 1
            return (oldest..<oldest + Self.capacity).compactMap { state.slots[$0 % Self.capacity] }
        }
    }

    func clear() {
        state.withLock { $0.slots = Array(repeating: nil, count: Self.capacity) }
    }
}

extension Journal {
    /// The requests as a JSON array.
    var requestsJSON: [UInt8] {
        var writer = Writer()
        writer.array { writer in
            for request in requests { request.write(to: &writer) }
        }
        return writer.bytes
    }

    /// The counts of connections as a JSON object, including the connection that asks for them.
    var connectionsJSON: [UInt8] {
        let (open, total) = connections
        var writer = Writer()
        writer.object {
            $0.member("open", open)
            $0.member("total", total)
        }
        return writer.bytes
    }
}

extension RecordedRequest {
    fileprivate func write(to writer: inout Writer) {
        writer.object {
            $0.member("number", number)
            $0.member("connection", connection)
            $0.member("time", time)
            $0.member("method", method)
            $0.member("path", path)
            $0.name("headers")
            $0.array { writer in
                for header in headers {
                    writer.array {
                        $0.string(header.name)
                        $0.string(header.value)
                    }
                }
            }
            $0.member("body_size", bodySize)
            $0.member("body", text)
            $0.name("status")
            if let status { $0.integer(status) } else { $0.null() }
            $0.member("events_sent", eventsSent)
            $0.member("ending", ending.rawValue)
        }
    }
}
