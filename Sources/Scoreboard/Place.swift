internal import Synchronization

/// A live exchange on the scoreboard. The exchange updates it without the scoreboard's lock.
public final class Place: Sendable {
    /// The texts that describe an exchange.
    struct Description: Sendable {
        let requestID: String
        let caller: String
        let route: String
        let model: String
        let method: String
    }

    /// The position in the list of live exchanges; nil if the list was full and the exchange is only counted.
    let index: Int?
    private let clock: Clock
    /// When the exchange began, in nanoseconds since 1970.
    let startTime: UInt64
    /// The same by the clock for durations.
    private let began: UInt64
    /// Nanoseconds from the beginning to the first byte of the reply; 0 before that.
    private let firstByteTime = Atomic<UInt64>(0)
    private let tokens = Atomic<Int>(0)
    private let text = Mutex<Description?>(nil)

    init(_ index: Int?, _ clock: Clock) {
        self.index = index
        self.clock = clock
        startTime = clock.stamp()
        began = clock.elapsed()
    }

    /// Describes the exchange.
    ///
    /// - Parameters:
    ///   - requestID: the request's name in the logs.
    ///   - caller: the caller's label; never the key.
    ///   - route: the route's pattern, such as `/v1/models/{id}`.
    ///   - model: the model that upstream is asked for; empty if there is none.
    ///   - method: the request's method, as HTTP has it.
    public func describe(requestID: String, caller: String, route: String, model: String, method: String) {
        let description = Description(
            requestID: requestID, caller: caller, route: route, model: model, method: method)
        text.withLock { $0 = description }
    }

    /// Notes that the first byte of the reply was sent.
    public func begin() {
        firstByteTime.store(max(1, clock.elapsed() &- began), ordering: .relaxed)
    }

    /// Notes how many tokens the reply has so far.
    ///
    /// - Parameter outputTokens: from 0 on.
    public func note(outputTokens: Int) {
        tokens.store(outputTokens, ordering: .relaxed)
    }

    /// Nil before ``describe(requestID:caller:route:model:method:)``.
    var description: Description? { text.withLock { $0 } }
    var firstByte: UInt64 { firstByteTime.load(ordering: .relaxed) }
    var outputTokens: UInt64 { UInt64(clamping: tokens.load(ordering: .relaxed)) }
}
