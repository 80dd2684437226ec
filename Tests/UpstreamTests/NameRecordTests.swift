import NIOCore
import Testing

@testable import Upstream

/// Sequences of lookups, answers and failures, on a simulated clock.
struct NameRecordTests {
    private var record = NameRecord(NameRecord.Limits())
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private let timeout = LookupFailure("no server has answered")
    private let limits = NameRecord.Limits()

    private func addresses(_ texts: String...) throws -> [SocketAddress] {
        try texts.map { try SocketAddress(ipAddress: $0, port: 443) }
    }

    @Test mutating func `concurrent requests for a name share one lookup`() throws {
        #expect(record.ask(at: start) == .wait(startingLookup: true, fallback: nil))
        #expect(record.ask(at: start + .seconds(1)) == .wait(startingLookup: false, fallback: nil))
        let found = try addresses("192.0.2.1")
        #expect(record.end(.success(found), at: start + .seconds(30)) == NameRecord.Ending(outcome: .success(found)))
        #expect(record.ask(at: start + .seconds(30)) == .use(found))
    }

    @Test mutating func `an answer is fresh for a short time, then a changed answer is adopted`() throws {
        let (old, new) = (try addresses("192.0.2.1"), try addresses("192.0.2.2"))
        _ = record.ask(at: start)
        _ = record.end(.success(old), at: start)
        #expect(record.ask(at: start + limits.freshness - .nanoseconds(1)) == .use(old))
        let later = start + limits.freshness
        let fallback = NameRecord.Fallback(addresses: old, due: later + limits.patience)
        #expect(record.ask(at: later) == .wait(startingLookup: true, fallback: fallback))
        #expect(record.end(.success(new), at: later).outcome == .success(new))
        #expect(record.ask(at: later) == .use(new))
    }

    @Test mutating func `during a slow lookup the previous answer is used, after some time without waiting`() throws {
        let old = try addresses("192.0.2.1")
        _ = record.ask(at: start)
        _ = record.end(.success(old), at: start)
        let later = start + .minutes(10)
        let due = later + limits.patience
        let wait = NameRecord.Fallback(addresses: old, due: due)
        #expect(record.ask(at: later) == .wait(startingLookup: true, fallback: wait))
        #expect(record.ask(at: due - .nanoseconds(1)) == .wait(startingLookup: false, fallback: wait))
        #expect(record.ask(at: due) == .use(old))
        #expect(record.ask(at: start + limits.usability - .nanoseconds(1)) == .use(old))
    }

    @Test mutating func `an answer is not used beyond its limit`() throws {
        _ = record.ask(at: start)
        _ = record.end(.success(try addresses("192.0.2.1")), at: start)
        let late = start + limits.usability
        #expect(record.ask(at: late) == .wait(startingLookup: true, fallback: nil))
        #expect(record.end(.failure(timeout), at: late).outcome == .failure(timeout))
    }

    @Test mutating func `when lookups fail, the previous answer is used, and the failure is reported once`() throws {
        let old = try addresses("192.0.2.1")
        _ = record.ask(at: start)
        _ = record.end(.success(old), at: start)
        for attempt in 1...3 {
            let now = start + .seconds(Int64(attempt) * 10)
            guard case .wait(startingLookup: true, _) = record.ask(at: now) else {
                Issue.record("no lookup")
                return
            }
            let news = attempt == 1 ? NameRecord.Ending.News.failing(timeout, answerAge: .seconds(10)) : nil
            let ending = record.end(.failure(timeout), at: now)
            #expect(ending == NameRecord.Ending(outcome: .success(old), news: news))
        }
        let well = start + .minutes(1)
        _ = record.ask(at: well)
        #expect(record.end(.success(old), at: well) == NameRecord.Ending(outcome: .success(old), news: .recovered))
    }

    @Test mutating func `a failed first lookup is returned, and the next request looks up again`() {
        _ = record.ask(at: start)
        #expect(record.end(.failure(timeout), at: start) == NameRecord.Ending(outcome: .failure(timeout)))
        #expect(record.ask(at: start) == .wait(startingLookup: true, fallback: nil))
    }

    @Test mutating func `the answer that the name does not exist is adopted`() throws {
        _ = record.ask(at: start)
        _ = record.end(.success(try addresses("192.0.2.1")), at: start)
        let later = start + .seconds(10)
        _ = record.ask(at: later)
        let gone = LookupFailure("no such name", isAnswer: true)
        #expect(record.end(.failure(gone), at: later).outcome == .failure(gone))
        #expect(record.ask(at: later) == .wait(startingLookup: true, fallback: nil))
        #expect(record.end(.failure(timeout), at: later).outcome == .failure(timeout))
    }

    @Test mutating func `address families alternate, the system's first choice leading, each in its own order`() throws
    {
        let found = try addresses("192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2")
        let tried = try addresses("192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8::2", "192.0.2.3")
        _ = record.ask(at: start)
        #expect(record.end(.success(found), at: start).outcome == .success(tried))
        let reversed: [SocketAddress] = found.reversed()
        _ = record.ask(at: start + .minutes(1))
        let other = try addresses("2001:db8::2", "192.0.2.3", "2001:db8::1", "192.0.2.2", "192.0.2.1")
        #expect(record.end(.success(reversed), at: start + .minutes(1)).outcome == .success(other))
    }

    @Test mutating func `an address that timed out comes last for a while`() throws {
        let found = try addresses("192.0.2.1", "192.0.2.2")
        _ = record.ask(at: start)
        _ = record.end(.success(found), at: start)
        record.avoid(found.prefix(1), at: start)
        #expect(record.ask(at: start) == .use(found.reversed()))
        let end = start + limits.avoidance
        _ = record.ask(at: end)
        #expect(record.end(.success(found), at: end - .nanoseconds(1)).outcome == .success(found.reversed()))
        #expect(record.ask(at: end) == .use(found))
    }

    @Test mutating func `the number of addresses kept for a name is limited`() throws {
        let found = try (0..<4000).map { try SocketAddress(ipAddress: "10.0.\($0 / 256).\($0 % 256)", port: 443) }
        _ = record.ask(at: start)
        let kept = Array(found.prefix(limits.addressCount))
        #expect(record.end(.success(found), at: start).outcome == .success(kept))
    }
}
