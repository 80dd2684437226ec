import CGI
import Foundation
import Settings
import Synchronization
import Testing

@testable import Access
@testable import Files

/// Caller keys whose file has become unreadable, on a clock that the test advances.
struct UnreadableKeysTests {
    private final class Clock: Sendable {
        private let instant = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func advance(_ duration: Duration) { instant.withLock { $0 += duration } }
    }

    private let clock = Clock()
    private let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    private let ann: KeysFile.NewKey

    init() throws {
        ann = try KeysFile.newKey(label: "ann", options: [])
        try write(ann.line)
    }

    private func write(_ text: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func watched<Content>(_ parse: @escaping @Sendable ([UInt8]) throws -> Content) throws -> WatchedFile<
        Content
    > {
        WatchedFile(
            try FileSource(path, limit: 1 << 20, parse: parse).read(), name: "SETTING", grace: .seconds(3600),
            whenRead: { _ in }, report: { _ in }, now: { [clock] in clock.now })
    }

    /// How a request with this key is treated.
    private enum Outcome {
        case accepted, rejected, unreadable
    }

    private func outcome(_ authenticator: Authenticator, _ key: String) async -> Outcome {
        var parameters = Parameters()
        parameters.insert("HTTP_X_API_KEY", key)
        do throws(AccessError) {
            _ = try await authenticator.caller(of: CGI.Request(parameters: parameters))
            return .accepted
        } catch {
            return if case .keysUnreadable = error { .unreadable } else { .rejected }
        }
    }

    @Test func `keys stay valid for the grace period, then the server is at fault, not the caller`() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try watched { try KeyRing(parsing: $0) }
        let authenticator = Authenticator(key: nil, keys: file, tokens: nil)
        func outcomes() async -> [Outcome] {
            await [outcome(authenticator, ann.key), outcome(authenticator, "stranger")]
        }
        #expect(await outcomes() == [.accepted, .rejected])
        try FileManager.default.removeItem(atPath: path)
        file.look(isRequested: false)
        clock.advance(.seconds(3599))
        #expect(await outcomes() == [.accepted, .rejected])
        clock.advance(.seconds(1))
        #expect(await outcomes() == [.unreadable, .rejected])
        try write(ann.line)
        file.look(isRequested: false)
        #expect(await outcomes() == [.accepted, .rejected])
        try write("")
        file.look(isRequested: false)
        #expect(await outcomes() == [.rejected, .rejected])
    }

    @Test func `the shared key expires in the same way, and other keys stay valid`() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try watched { KeyDigest(of: String(decoding: $0, as: UTF8.self)) }
        let authenticator = Authenticator(key: .watched(file), keys: nil, tokens: nil)
        #expect(await outcome(authenticator, ann.line) == .accepted)
        try FileManager.default.removeItem(atPath: path)
        file.look(isRequested: false)
        clock.advance(.seconds(3600))
        #expect(await outcome(authenticator, ann.line) == .unreadable)
        #expect(
            await outcome(Authenticator(key: .fixed(KeyDigest(of: "shared")), keys: nil, tokens: nil), "shared")
                == .accepted)
    }
}
