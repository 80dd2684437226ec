internal import Synchronization
internal import Threads

/// A request slot: a live request's row on the scoreboard. It is updated without the scoreboard's lock.
public final class RequestSlot: Sendable {
    /// The texts that describe a request.
    struct Description: Sendable {
        let requestID: String
        let caller: String
        let route: String
        let model: String
        let method: String
    }

    /// The position in the list of live requests; nil if the list was full and the request is only counted.
    let index: Int?
    private let clock: Clock
    /// When the request began, in nanoseconds since 1970.
    let startTime: UInt64
    /// When the request began, by the monotonic clock.
    private let began: UInt64
    /// The time from the start of the request to the first byte of the response, in nanoseconds; 0 before that.
    private let firstByteTime = Atomic<UInt64>(0)
    private let tokens = Atomic<Int>(0)
    private let text = Mutex<Description?>(nil)

    init(_ index: Int?, _ clock: Clock) {
        self.index = index
        self.clock = clock
        startTime = clock.stamp()
        began = clock.elapsed()
    }

    /// Sets the description of the request.
    ///
    /// - Parameters:
    ///   - requestID: the request's id in the logs.
    ///   - caller: the caller's label; never the key.
    ///   - route: the route's pattern, such as `/v1/models/{id}`.
    ///   - model: the model in the request to upstream; empty if there is none.
    ///   - method: the request's HTTP method.
    public func describe(requestID: String, caller: String, route: String, model: String, method: String) {
        let description = Description(
            requestID: requestID, caller: caller, route: route, model: model, method: method)
        text.withLock { $0 = description }
    }

    /// Records that the first byte of the response was sent.
    public func begin() {
        firstByteTime.store(max(1, clock.elapsed() &- began), ordering: .relaxed)
    }

    /// Records the number of output tokens so far.
    ///
    /// - Parameter outputTokens: the number of tokens; at least 0.
    public func note(outputTokens: Int) {
        tokens.store(outputTokens, ordering: .relaxed)
    }

    /// The description; nil before ``describe(requestID:caller:route:model:method:)``.
    var description: Description? { text.withLock { $0 } }
    var firstByte: UInt64 { firstByteTime.load(ordering: .relaxed) }
    var outputTokens: UInt64 { UInt64(clamping: tokens.load(ordering: .relaxed)) }
}
