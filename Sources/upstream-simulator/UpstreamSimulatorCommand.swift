import ArgumentParser
import Glibc
import UpstreamSimulator

/// `upstream-simulator`: the simulator as a program of its own. Listens, says where, and serves until it is told to end.
@main
struct UpstreamSimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upstream-simulator",
        abstract: "A stand-in for the OpenAI API, for trying things out, tests and benchmarks.",
        discussion: """
            Replies echo what was asked, unless the text asks for something else: "[simulate pace=100 deltas=20] Hello", \
            "[simulate status=429 retry-after=2]", "[simulate cut=3]". What was received is at /_simulator/requests.
            """)

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes any that is free.")
    var port = 0

    @Option(help: "A folder of recorded exchanges to play.")
    var vectors: String?

    @Option(help: "Milliseconds between the events of a stream.")
    var pace = 0

    @Option(help: "The only key to accept; any, where it is not given.")
    var key: String?

    @Option(help: "How many text deltas a reply has, instead of an echo.")
    var deltas: Int?

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be from 0 to 65535.") }
        guard pace >= 0 else { throw ValidationError("--pace must not be negative.") }
        guard deltas ?? 0 >= 0 else { throw ValidationError("--deltas must not be negative.") }
    }

    func run() async throws {
        for signalNumber in [SIGTERM, SIGINT] { signal(signalNumber) { _ in _exit(0) } }
        raiseDescriptorLimit()
        let simulator = try Simulator(
            Simulator.Configuration(key: key, vectors: vectors, pace: pace, deltas: deltas))
        let port = try await simulator.start(on: host, port: port)
        print("listening on http://\(host):\(port)/v1")
        // Whoever started it waits for that line, perhaps through a pipe.
        fflush(nil)
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    /// As many descriptors as the system allows: each live stream needs one, and the usual limit is 1,024.
    private func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
