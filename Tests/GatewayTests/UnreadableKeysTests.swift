import CGI
import Foundation
import Synchronization
import Testing

@testable import Files
@testable import Gateway

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

    /// The status with which a request with this key is rejected; 200 if it is accepted.
    private func status(_ authenticator: Authenticator, _ key: String) async -> Int {
        var parameters = Parameters()
        parameters.insert("HTTP_X_API_KEY", key)
        do throws(HTTPError) {
            _ = try await authenticator.caller(of: CGI.Request(parameters: parameters))
            return 200
        } catch {
            return error.status
        }
    }

    @Test func `keys stay valid for the grace period, then callers get status 503`() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try watched { try KeyRing(parsing: $0) }
        let authenticator = Authenticator(key: nil, keys: file, tokens: nil)
        func statuses() async -> [Int] { await [status(authenticator, ann.key), status(authenticator, "stranger")] }
        #expect(await statuses() == [200, 401])
        try FileManager.default.removeItem(atPath: path)
        file.look(isRequested: false)
        clock.advance(.seconds(3599))
        #expect(await statuses() == [200, 401])
        clock.advance(.seconds(1))
        #expect(await statuses() == [503, 401])
        try write(ann.line)
        file.look(isRequested: false)
        #expect(await statuses() == [200, 401])
        try write("")
        file.look(isRequested: false)
        #expect(await statuses() == [401, 401])
    }

    @Test func `the error has a Retry-After header`() {
        #expect(HTTPError.keysUnreadable.headers.contains { $0.name == "Retry-After" })
    }

    @Test func `the shared key expires in the same way, and other keys stay valid`() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try watched { KeyDigest(of: String(decoding: $0, as: UTF8.self)) }
        let authenticator = Authenticator(key: .watched(file), keys: nil, tokens: nil)
        #expect(await status(authenticator, ann.line) == 200)
        try FileManager.default.removeItem(atPath: path)
        file.look(isRequested: false)
        clock.advance(.seconds(3600))
        #expect(await status(authenticator, ann.line) == 503)
        #expect(
            await status(Authenticator(key: .fixed(KeyDigest(of: "shared")), keys: nil, tokens: nil), "shared") == 200)
    }
}
