import Scoreboard
import Synchronization
import Testing

@testable import Monitoring

@Suite struct StatusRendererTests {
    /// Counts pages and blocks rendering until the gate is opened.
    private final class Pages: Sendable {
        private let count = Mutex(0)
        private let gate = Mutex(false)

        var rendered: Int { count.withLock { $0 } }

        func open() { gate.withLock { $0 = true } }

        func render() {
            count.withLock { $0 += 1 }
            while !gate.withLock({ $0 }) {}
        }
    }

    @Test func `requests for one form that arrive while a page is rendered share the next page`() async throws {
        let scoreboard = Scoreboard(directory: nil, streamLimit: 1)
        let renderer = StatusRenderer(scoreboard)
        let pages = Pages()
        @Sendable func page() async throws -> String {
            let page = try await renderer.page(.text(isFull: false)) { _ in
                pages.render()
                return []
            }
            return String(decoding: page, as: UTF8.self)
        }
        let first = Task { try await page() }
        while pages.rendered == 0 { await Task.yield() }
        scoreboard.update { $0.add(1, to: .retries) }
        let others = (0..<50).map { _ in Task { try await page() } }
        while renderer.waitingCount < 50 { await Task.yield() }
        pages.open()
        #expect(try await first.value.contains("\nretries:              0\n"))
        for other in others { #expect(try await other.value.contains("\nretries:              1\n")) }
        #expect(pages.rendered == 2)
    }

    @Test func `each form has a page of its own`() async throws {
        let renderer = StatusRenderer(Scoreboard(directory: nil, streamLimit: 1))
        async let text = renderer.page(.text(isFull: true)) { _ in [] }
        async let json = renderer.page(.json(isFull: false)) { _ in [] }
        async let metrics = renderer.page(.openMetrics) { _ in [] }
        #expect(String(decoding: try await text, as: UTF8.self).hasPrefix("pool:"))
        #expect(String(decoding: try await json, as: UTF8.self).hasPrefix("{"))
        #expect(String(decoding: try await metrics, as: UTF8.self).hasSuffix("# EOF\n"))
    }
}
