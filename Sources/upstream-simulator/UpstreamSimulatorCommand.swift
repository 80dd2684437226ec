import ArgumentParser
import Glibc
import Models
import UpstreamSimulator

/// `upstream-simulator`: the simulator as a program. Prints its address and serves until SIGTERM or SIGINT.
@main
struct UpstreamSimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upstream-simulator",
        abstract: "A simulator of the OpenAI API, for trials, tests and benchmarks.",
        discussion: """
            Responses echo the prompt, unless the header x-simulate or the prompt asks for something else, as in \
            "[simulate pace=100 deltas=20] Hello". The words, where N is a number:

              status=N retry-after=N html   an error, or a page
              limits=N                      N more headers of 200 bytes
              delay=N pace=N                milliseconds before head, events
              deltas=N size=N text=...      the response (text= must be last)
              play=NN                       a recorded exchange
              cut=N stall=N no-terminal     stop after N events, or at the last
              cut-head hang garbage         no HTTP response
              error-event                   fail half-way through the stream
              missing=NAME,NAME             these models do not exist
              refuse=PARAM                  this parameter is not supported
              times=N                       only for the first N requests

            GET /_simulator/requests returns the requests received, DELETE clears them. /_simulator/connections \
            returns the numbers of connections.
            """)

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 chooses a free one.")
    var port = 0

    @Option(help: "A directory of recorded exchanges to play.")
    var vectors: String?

    @Option(help: "Milliseconds between the events of a stream.")
    var pace = 0

    @Option(help: "The only key to accept. (default: any)")
    var key: String?

    @Option(help: "The number of text deltas in a response, instead of an echo.")
    var deltas: Int?

    @Option(
        help: ArgumentHelp("Reject models that are shut down by this day.", valueName: "day"),
        transform: { text in
            guard let day = Day(text) else { throw ValidationError("'\(text)' is not a day such as 2026-12-12.") }
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
        // The parent process waits for this line, possibly through a pipe.
        fflush(nil)
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    /// Raises the descriptor limit as far as the system allows: each live stream needs one, and the usual limit is 1,024.
    private func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
