import CGI
import Models
import NIOCore
import NIOEmbedded
import Scoreboard
import Settings
import TestSupport
import Testing
import Upstream

@testable import Gateway

/// A responder between clients and an upstream that both are in memory, on an event loop whose time the test advances.
/// Everything runs on the test's thread, and nothing happens between two calls.
final class Stage {
    let upstream = MemoryUpstream()
    let log = Bench.Lines()
    private let budget: MemoryBudget
    private let memory: Int
    private let scoreboard: Scoreboard?
    private let responder: Responder

    private init(_ configuration: Gateway.Configuration, memory: Int) throws {
        let day = try #require(Day("2026-11-30"))
        budget = MemoryBudget(capacity: memory)
        self.memory = memory
        scoreboard = configuration.makeScoreboard()
        responder = Responder(
            configuration: configuration, client: upstream.makeClient(configuration.client), budget: budget,
            scoreboard: scoreboard,
            writeLogLine: { [log] in log.append($0) }, today: { day })
    }

    /// - Parameter settings: added to the settings that every configuration needs. There are two ports upstream can have: 1
    ///   and 2.
    static func configuration(_ settings: [String: String] = [:]) async throws -> Gateway.Configuration {
        let environment = [
            "OPENAI_API_KEY": "sk-upstream-canary", "PROXY_API_KEY": "caller-canary-3f9a",
            "OPENAI_BASE": "http://127.0.0.1:1/v1",
        ].merging(settings) { $1 }
        return try Configuration(try await ConfigurationSource(environment: environment))
    }

    /// Runs a scene that does not suspend.
    static func run(
        _ settings: [String: String] = [:], memory: Int = 1 << 30, _ scene: (Stage) throws -> Void
    ) async throws {
        try run(try await configuration(settings), memory: memory, scene)
    }

    static func run(
        _ configuration: Gateway.Configuration, memory: Int = 1 << 30, _ scene: (Stage) throws -> Void
    ) throws {
        try scene(Stage(configuration, memory: memory))
    }

    // MARK: Clients

    /// A client that has sent a request.
    final class Client {
        let sink = MemorySink()
        fileprivate var task: LoopTask<Void>?

        /// Whether the responder is done with the request.
        var isAnswered: Bool { task?.isDone == true }
        /// What the client has received.
        var text: String { sink.text }
    }

    func send(
        _ body: String = #"{"model":"gpt-5","stream":true,"messages":[{"role":"user","content":"Hello"}]}"#,
        method: String = "POST", path: String = "/v1/chat/completions", _ variables: [String: String] = [:]
    ) -> Client {
        var parameters = Parameters()
        parameters.insert("REQUEST_METHOD", method)
        parameters.insert("SCRIPT_NAME", path)
        parameters.insert("HTTP_X_API_KEY", "caller-canary-3f9a")
        for (name, value) in variables { parameters.insert(name, value) }
        let request = CGI.Request(parameters: parameters, body: StoredBody(.success(Array(body.utf8))))
        let client = Client()
        client.task = LoopTask(on: upstream.eventLoop) { [responder, loop = upstream.eventLoop, sink = client.sink] in
            await responder.respond(to: request, sink: sink, on: loop)
        }
        return client
    }

    /// The client disconnects, which cancels the request's task.
    func leave(_ client: Client) {
        client.sink.leave()
        client.task?.cancel()
    }

    /// The process stops: its time for running requests is over.
    func stop(_ client: Client) {
        client.task?.cancel()
    }

    func stopReading(_ client: Client) {
        client.sink.stopReading()
    }

    func resumeReading(_ client: Client) {
        client.sink.resumeReading()
        upstream.eventLoop.run()
    }

    // MARK: Time and upstream

    func advance(by time: TimeAmount) {
        upstream.eventLoop.advanceTime(by: time)
    }

    /// Upstream's latest connection.
    var connection: MemoryConnection {
        get throws { try #require(upstream.connections.last) }
    }

    /// Upstream sends bytes on its latest connection.
    func upstreamSends(_ text: String) throws {
        try connection.send(text)
        upstream.eventLoop.run()
    }

    /// Upstream closes its latest connection.
    func upstreamCloses() throws {
        try connection.close()
        upstream.eventLoop.run()
    }

    // MARK: What is left

    /// The log lines.
    var lines: [Substring] { log.joined.split(separator: "\n") }

    /// Whether another request gets a permit at once.
    var hasFreePermit: Bool {
        let client = send("nonsense")
        return client.isAnswered && client.text.hasPrefix("Status: 400 ")
    }

    /// The number of requests on the status page; nil if there is none (`STATUS_PATH`).
    var liveCount: Int? { scoreboard?.read(within: 0).snapshots.reduce(0) { $0 + $1.live } }

    /// Whether no request holds memory of the budget.
    var hasAllMemory: Bool { MemoryBudget.Reservation(of: budget).resize(to: memory) }
}
