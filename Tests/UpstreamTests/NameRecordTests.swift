import NIOCore
import Testing

@testable import Upstream

/// The orders in which answers, failures and questions can come, on a clock of the test's own.
struct NameRecordTests {
    private var record = NameRecord(NameRecord.Limits())
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private let timeout = LookupFailure("no server has answered")
    private let limits = NameRecord.Limits()

    private func addresses(_ texts: String...) throws -> [SocketAddress] {
        try texts.map { try SocketAddress(ipAddress: $0, port: 443) }
    }

    @Test mutating func `a name is looked up once for all that ask meanwhile`() throws {
        #expect(record.ask(at: start) == .wait(startingLookup: true, fallback: nil))
        #expect(record.ask(at: start + .seconds(1)) == .wait(startingLookup: false, fallback: nil))
        let found = try addresses("192.0.2.1")
        #expect(record.end(.success(found), at: start + .seconds(30)) == NameRecord.Ending(outcome: .success(found)))
        #expect(record.ask(at: start + .seconds(30)) == .use(found))
    }

    @Test mutating func `an answer serves for a short time, then a changed one is followed`() throws {
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

    @Test mutating func `while a lookup takes long the previous answer serves, at once after some time`() throws {
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

    @Test mutating func `an answer is not used for longer than its limit`() throws {
        _ = record.ask(at: start)
        _ = record.end(.success(try addresses("192.0.2.1")), at: start)
        let late = start + limits.usability
        #expect(record.ask(at: late) == .wait(startingLookup: true, fallback: nil))
        #expect(record.end(.failure(timeout), at: late).outcome == .failure(timeout))
    }

    @Test mutating func `when lookups fail the previous answer serves, and that is news once`() throws {
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

    @Test mutating func `a first lookup that fails is told, and the next attempt looks up again`() {
        _ = record.ask(at: start)
        #expect(record.end(.failure(timeout), at: start) == NameRecord.Ending(outcome: .failure(timeout)))
        #expect(record.ask(at: start) == .wait(startingLookup: true, fallback: nil))
    }

    @Test mutating func `the answer that there is no such name is believed`() throws {
        _ = record.ask(at: start)
        _ = record.end(.success(try addresses("192.0.2.1")), at: start)
        let later = start + .seconds(10)
        _ = record.ask(at: later)
        let gone = LookupFailure("no such name", isAnswer: true)
        #expect(record.end(.failure(gone), at: later).outcome == .failure(gone))
        #expect(record.ask(at: later) == .wait(startingLookup: true, fallback: nil))
        #expect(record.end(.failure(timeout), at: later).outcome == .failure(timeout))
    }

    @Test mutating func `the families take turns, the system's choice first, and the order within each is kept`() throws
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

    @Test mutating func `an address that did not connect in time comes last for a while`() throws {
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

    @Test mutating func `a name with thousands of addresses takes little room`() throws {
        let found = try (0..<4000).map { try SocketAddress(ipAddress: "10.0.\($0 / 256).\($0 % 256)", port: 443) }
        _ = record.ask(at: start)
        let kept = Array(found.prefix(limits.addressCount))
        #expect(record.end(.success(found), at: start).outcome == .success(kept))
    }
}
