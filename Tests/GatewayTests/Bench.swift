import CGI
import EventLoops
import Gateway
import Models
import NIOCore
import NIOPosix
import Settings
import Synchronization
import Testing
import Upstream
import UpstreamSimulator

/// A responder that talks to a simulated upstream, without a web server. The test sets the responder's date.
final class Bench: Sendable {
    let simulator: Simulator
    let log = Lines()
    private let responder: Responder
    private let client: Client
    private let loop: any EventLoop
    private let calendar: Calendar

    /// The date that the responder uses.
    final class Calendar: Sendable {
        private let day: Mutex<Day>

        init(_ day: Day) {
            self.day = Mutex(day)
        }

        var today: Day { day.withLock { $0 } }

        func turn(to day: Day) {
            self.day.withLock { $0 = day }
        }
    }

    final class Lines: Sendable {
        private let text = Mutex("")
        var joined: String { text.withLock { $0 } }
        func append(_ line: [UInt8]) { text.withLock { $0 += String(decoding: line, as: UTF8.self) } }
    }

    private init(_ simulator: Simulator, _ configuration: Gateway.Configuration, on day: Day) throws {
        self.simulator = simulator
        loop = MultiThreadedEventLoopGroup.singleton.next()
        client = Client(configuration: configuration.client, eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        calendar = Calendar(day)
        responder = Responder(
            configuration: configuration, client: client, writeLogLine: { [log] in log.append($0) },
            today: { [calendar] in calendar.today })
    }

    /// - Parameters:
    ///   - settings: added to the settings that every configuration needs.
    ///   - day: the responder's initial date. On the default date, the models that most tests use are available.
    ///   - upstreamDay: the simulator's date; it rejects models that are shut down by then. Nil rejects none.
    static func run(
        _ settings: [String: String] = [:], on day: String = "2026-11-30", upstream upstreamDay: String? = nil,
        _ body: (Bench) async throws -> Void
    ) async throws {
        let upstreamDay = try upstreamDay.map { try #require(Day($0)) }
        let simulator = try Simulator(Simulator.Configuration(day: upstreamDay))
        let port = try await simulator.start()
        let environment = [
            "OPENAI_API_KEY": "sk-upstream-canary", "PROXY_API_KEY": "caller-canary-3f9a",
            "OPENAI_BASE": "http://127.0.0.1:\(port)/v1",
        ].merging(settings) { $1 }
        let configuration = try Configuration(try await ConfigurationSource(environment: environment))
        let bench = try Bench(simulator, configuration, on: try #require(Day(day)))
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(bench)) } catch { outcome = .failure(error) }
        await bench.client.shutdown()
        try await simulator.shutdown()
        try outcome.get()
    }

    func turnCalendar(to day: String) throws {
        calendar.turn(to: try #require(Day(day)))
    }

    func send(
        _ body: String = "", method: String = "POST", path: String = "/proxy", key: String? = "caller-canary-3f9a",
        _ variables: [String: String] = [:]
    ) async -> String {
        let request = request(body, method: method, path: path, key: key, variables)
        let sink = MemorySink()
        await respond(to: request, sink)
        return sink.text
    }

    /// Sends a request and returns whether the response is released once it has ended: whether no timer, queue or task keeps
    /// it.
    func releases(_ body: String, path: String) async throws -> Bool {
        weak var sink: MemorySink?
        do {
            let strong = MemorySink()
            sink = strong
            await respond(to: request(body, path: path), strong)
        }
        // What the event loop was asked to do before.
        try await loop.submit {}.get()
        return sink == nil
    }

    private func request(
        _ body: String, method: String = "POST", path: String, key: String? = "caller-canary-3f9a",
        _ variables: [String: String] = [:]
    ) -> CGI.Request {
        var parameters = Parameters()
        parameters.insert("REQUEST_METHOD", method)
        parameters.insert("SCRIPT_NAME", path)
        if let key { parameters.insert("HTTP_X_API_KEY", key) }
        for (name, value) in variables { parameters.insert(name, value) }
        return CGI.Request(parameters: parameters, body: StoredBody(.success(Array(body.utf8))))
    }

    private func respond(to request: CGI.Request, _ sink: MemorySink) async {
        await Task(executorPreference: EventLoopTaskExecutor(loop)) { [responder, loop] in
            await responder.respond(to: request, sink: sink, on: loop)
        }.value
    }
}
