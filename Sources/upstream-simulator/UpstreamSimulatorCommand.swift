import ArgumentParser
import Glibc
import Models
import UpstreamSimulator

/// `upstream-simulator`: the simulator as a program of its own. Listens, says where, and serves until it is told to end.
@main
struct UpstreamSimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upstream-simulator",
        abstract: "A stand-in for the OpenAI API, for trying things out, tests and benchmarks.",
        discussion: """
            Replies echo what was asked, unless the header x-simulate or the text asks for something else, as in \
            "[simulate pace=100 deltas=20] Hello". The words, N being a number:

              status=N retry-after=N html   an error, or a page
              limits=N                      N more headers of 200 bytes
              delay=N pace=N                milliseconds before head, events
              deltas=N size=N text=...      the reply (text= stands last)
              play=NN                       a recorded exchange
              cut=N stall=N no-terminal     stop after N events, or at the last
              cut-head hang garbage         no reply that is HTTP
              error-event                   fail half-way through the stream
              missing=NAME,NAME             these models are not there
              refuse=PARAM                  this parameter is not supported
              times=N                       do so the first N times only

            What was received is at /_simulator/requests; DELETE empties it. /_simulator/connections counts.
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

    @Option(
        help: ArgumentHelp("Refuse models that are shut down on that day.", valueName: "day"),
        transform: { text in
            guard let day = Day(text) else { throw ValidationError("'\(text)' is no day such as 2026-12-12.") }
            return day
        })
    var day: Day?

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be from 0 to 65535.") }
        guard pace >= 0 else { throw ValidationError("--pace must not be negative.") }
        guard deltas ?? 0 >= 0 else { throw ValidationError("--deltas must not be negative.") }
    }

    func run() async throws {
        for signalNumber in [SIGTERM, SIGINT] { signal(signalNumber) { _ in _exit(0) } }
        raiseDescriptorLimit()
        let simulator = try Simulator(
            Simulator.Configuration(key: key, vectors: vectors, pace: pace, deltas: deltas, day: day))
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
