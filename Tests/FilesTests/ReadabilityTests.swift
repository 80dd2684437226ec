import Testing

@testable import Files

/// The events about an unreadable file, and their times in seconds from the start.
struct ReadabilityTests {
    private let start = ContinuousClock.now

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func `nothing is reported about a readable file`() {
        var file = Readability(grace: .seconds(0))
        for second in 0..<5000 {
            file.lookBegins(at: at(second))
            #expect(file.lookSucceeds(at: at(second)) == nil)
            #expect(file.advance(to: at(second)) == [])
        }
        #expect(file.isReadable && !file.hasExpired(at: at(100_000)))
    }

    @Test func `an unreadable file is reported at once, every ten minutes, and when it is readable again`() {
        var file = Readability(grace: nil)
        #expect(file.lookFails("gone", isRequested: false, at: at(0)) == .unreadable(for: .zero, reason: "gone"))
        #expect(!file.isReadable)
        var events: [Int: FileEvent] = [:]
        for second in 1...1500 {
            #expect(file.lookFails("still gone", isRequested: false, at: at(second)) == nil)
            for event in file.advance(to: at(second)) { events[second] = event }
        }
        #expect(
            events == [
                600: .unreadable(for: .seconds(600), reason: "still gone"),
                1200: .unreadable(for: .seconds(1200), reason: "still gone"),
            ])
        #expect(file.lookSucceeds(at: at(1501)) == .readableAgain(after: .seconds(1501)))
        #expect(file.isReadable)
        #expect(file.lookFails("gone", isRequested: false, at: at(1502)) == .unreadable(for: .zero, reason: "gone"))
    }

    @Test func `a requested look is always reported`() {
        var file = Readability(grace: nil)
        _ = file.lookFails("gone", isRequested: false, at: at(0))
        let event = file.lookFails("broken", isRequested: true, at: at(30))
        #expect(event == .unreadable(for: .seconds(30), reason: "broken"))
    }

    @Test func `a look that hangs counts as failed from its start`() {
        var file = Readability(grace: .seconds(60))
        file.lookBegins(at: at(0))
        #expect(file.advance(to: at(9)) == [])
        #expect(file.isReadable)
        // The watch schedules a look every second.
        file.lookBegins(at: at(9))
        #expect(file.advance(to: at(10)) == [.unreadable(for: .seconds(10), reason: "it has not answered for 10 s")])
        #expect(!file.isReadable)
        #expect(file.advance(to: at(59)) == [])
        #expect(!file.hasExpired(at: at(59)))
        #expect(file.hasExpired(at: at(60)))
        #expect(
            file.advance(to: at(61)) == [.expired(after: .seconds(61), reason: "it has not answered for 10 s")])
        #expect(file.lookSucceeds(at: at(70)) == .readableAgain(after: .seconds(70)))
        #expect(!file.hasExpired(at: at(71)))
    }

    @Test func `a slow look does not count as failed`() {
        var file = Readability(grace: .zero)
        file.lookBegins(at: at(0))
        #expect(file.lookSucceeds(at: at(9)) == nil)
        file.lookBegins(at: at(10))
        #expect(file.advance(to: at(15)) == [])
    }

    @Test func `expiry is reported once, and again after the file has been readable`() {
        var file = Readability(grace: .seconds(3600))
        _ = file.lookFails("gone", isRequested: false, at: at(0))
        #expect(!file.hasExpired(at: at(3599)))
        #expect(file.hasExpired(at: at(3600)))
        var ends = 0
        for second in stride(from: 0, through: 8000, by: 100) {
            for event in file.advance(to: at(second)) {
                if case .expired = event { ends += 1 }
            }
        }
        #expect(ends == 1)
        _ = file.lookSucceeds(at: at(8000))
        _ = file.lookFails("gone", isRequested: false, at: at(8001))
        #expect(file.advance(to: at(20_000)).last == .expired(after: .seconds(11_999), reason: "gone"))
    }

    @Test func `without a grace period the content expires at once`() {
        var file = Readability(grace: .zero)
        _ = file.lookFails("gone", isRequested: false, at: at(0))
        #expect(file.hasExpired(at: at(0)))
        #expect(file.advance(to: at(0)) == [.expired(after: .zero, reason: "gone")])
    }

    @Test func `without a limit the content never expires`() {
        var file = Readability(grace: nil)
        _ = file.lookFails("gone", isRequested: false, at: at(0))
        #expect(!file.hasExpired(at: at(1_000_000_000)))
    }
}
