import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import Access
@testable import Gateway

/// A limiter, and an event loop whose time the test advances.
private final class Limited {
    private let eventLoop = EmbeddedEventLoop()
    let limiter: ConcurrencyLimiter

    init(limit: Int) {
        limiter = ConcurrencyLimiter(limit: limit)
    }

    /// A request for a permit; its value is whether it got one.
    @discardableResult
    func request(_ caller: Caller.Identity = .sharedKey) -> LoopTask<Bool> {
        LoopTask(on: eventLoop) { [limiter, eventLoop] in
            (try? await limiter.acquire(for: caller, on: eventLoop)) != nil
        }
    }

    func release(_ count: Int = 1, of caller: Caller.Identity = .sharedKey) {
        limiter.release(count, of: caller)
        eventLoop.run()
    }

    func advance(by time: TimeAmount) {
        eventLoop.advanceTime(by: time)
    }
}

struct ConcurrencyLimiterTests {
    @Test func `a request that finds no permit gets the next one released`() {
        let limited = Limited(limit: 1)
        #expect(limited.request().value == true)
        let second = limited.request()
        #expect(!second.isDone)
        limited.release()
        #expect(second.value == true)
        limited.release()
        #expect(limited.request().value == true)
    }

    @Test func `a queued request is refused after two seconds`() {
        let limited = Limited(limit: 1)
        limited.request()
        let second = limited.request()
        limited.advance(by: .milliseconds(1999))
        #expect(!second.isDone)
        limited.advance(by: .milliseconds(1))
        #expect(second.value == false)
    }

    @Test func `the queue is bounded, and requests beyond it are refused at once`() {
        let limited = Limited(limit: 32)
        for _ in 1...32 { limited.request() }
        let requests = (1...10).map { _ in limited.request() }
        #expect(requests.map(\.value) == [nil, nil] + Array(repeating: false, count: 8))
        limited.release(2)
        #expect(requests.prefix(2).allSatisfy { $0.value == true })
    }

    @Test func `a cancelled request releases its place in the queue`() {
        let limited = Limited(limit: 1)
        limited.request()
        let leaving = limited.request()
        leaving.cancel()
        #expect(leaving.value == false)
        limited.release()
        #expect(limited.request().value == true)
    }

    @Test func `a request that leaves just as it gets its permit keeps it until it is returned`() {
        let limited = Limited(limit: 1)
        limited.request()
        let leaving = limited.request()
        limited.limiter.release(1, of: .sharedKey)
        leaving.cancel()
        #expect(leaving.value == true)
        let next = limited.request()
        #expect(!next.isDone)
        limited.release()
        #expect(next.value == true)
    }

    @Test func `a request for further permits never waits`() throws {
        let limited = Limited(limit: 4)
        limited.request()
        #expect(throws: HTTPError.self) { try limited.limiter.acquire(further: 4, for: .sharedKey) }
        try limited.limiter.acquire(further: 3, for: .sharedKey)
        limited.release(4)
        try limited.limiter.acquire(further: 4, for: .sharedKey)
    }

    // MARK: Shares

    private let ann = Caller.Identity.key(label: "ann")
    private let bob = Caller.Identity.key(label: "bob")

    @Test func `one caller cannot hold more than half of the permits`() throws {
        let limited = Limited(limit: 8)
        limited.request(ann)
        try limited.limiter.acquire(further: 3, for: ann)
        #expect(throws: HTTPError.self) { try limited.limiter.acquire(further: 1, for: ann) }
        #expect(limited.request(bob).value == true)
        limited.release(of: ann)
        try limited.limiter.acquire(further: 1, for: ann)
    }

    @Test func `a caller above its share does not hold up the others in the queue`() throws {
        let limited = Limited(limit: 33)
        limited.request(ann)
        try limited.limiter.acquire(further: 16, for: ann)
        limited.request(bob)
        try limited.limiter.acquire(further: 15, for: bob)
        let first = limited.request(ann)
        let second = limited.request(bob)
        limited.release(of: bob)
        #expect(second.value == true)
        #expect(!first.isDone)
        limited.release(of: ann)
        #expect(first.value == true)
    }

    @Test func `a limit of one admits a caller's request`() {
        #expect(Limited(limit: 1).request(ann).value == true)
    }

    // MARK: Orders

    private enum Event: CaseIterable {
        case request, release, firstLeaves, lastLeaves, second
    }

    @Test(arguments: [1, 2])
    func `in every order, permits are neither lost nor given twice, and no request waits for ever`(limit: Int) {
        var orders: [[Event]] = [[]]
        for _ in 1...6 { orders = orders.flatMap { order in Event.allCases.map { order + [$0] } } }
        for order in orders {
            let limited = Limited(limit: limit)
            var requests: [LoopTask<Bool>] = []
            var held = 0
            func waiting() -> [LoopTask<Bool>] { requests.filter { !$0.isDone } }
            func granted() -> Int { requests.count { $0.value == true } }
            var released = 0
            for event in order {
                switch event {
                case .request: requests.append(limited.request())
                case .release where held > 0:
                    released += 1
                    limited.release()
                case .release: break
                case .firstLeaves: waiting().first?.cancel()
                case .lastLeaves: waiting().last?.cancel()
                case .second: limited.advance(by: .seconds(1))
                }
                held = granted() - released
                guard held <= limit, waiting().isEmpty || held == limit else {
                    Issue.record("\(order): \(held) permits are held, and \(waiting().count) requests wait")
                    return
                }
            }
            limited.advance(by: .seconds(2))
            for _ in 0..<held { limited.release() }
            let next = (0..<limit).map { _ in limited.request() }
            guard waiting().isEmpty, next.allSatisfy({ $0.value == true }) else {
                Issue.record("\(order): a request waits, or a permit is lost")
                return
            }
        }
    }
}
