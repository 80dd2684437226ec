internal import ArgumentParser
internal import Gateway
internal import Glibc
internal import Monitoring
internal import Scoreboard
internal import Settings

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the activity of this machine's processes, live in a terminal.",
        usage: "gpt-proxy status [<options>]",
        discussion: """
            Reads the processes' files in STATE_DIR, without a request to any process. In a terminal the screen is updated \
            every second until q or Ctrl-C; otherwise the text of the status page is printed once.
            """)

    @Option(
        help: ArgumentHelp(
            "The directory in which the processes keep their scoreboards. (default: STATE_DIR)", valueName: "directory"),
        completion: .directory)
    var stateDir: String?

    @Flag(help: "List each live request too. The live screen in a terminal always does.")
    var full = false

    @Flag(help: "Print JSON once, like the status page with ?json.")
    var json = false

    @Flag(help: "Print once, even in a terminal.")
    var once = false

    @OptionGroup var environment: EnvironmentOptions

    func run() async throws {
        let path = try await path()
        do {
            // Before the screen is switched: an error message would disappear with the alternate screen.
            let overview = try Self.overview(path)
            if !once, !json, let screen = TerminalScreen() {
                defer { screen.giveBack() }
                try await draw(path, on: screen)
            } else if json {
                print(String(decoding: overview.json(isFull: full), as: UTF8.self))
            } else {
                print(overview.text(isFull: full), terminator: "")
            }
        } catch let error as ScoreboardError {
            throw Self.failure(error, path)
        }
    }

    private func path() async throws -> String {
        if let stateDir { return stateDir }
        guard let path = try await environment.loading.source().stateDirectoryPath else {
            throw ValidationError("Name the directory: --state-dir PATH, or STATE_DIR in the configuration.")
        }
        return path
    }

    /// Draws every second, and when the window's size changes, until the user quits.
    private func draw(_ path: String, on screen: TerminalScreen) async throws {
        let drawing = Task {
            while !Task.isCancelled {
                let size = screen.size
                let overview = try Self.overview(path)
                screen.draw(overview.screen(width: size.width, height: size.height, hasColor: Terminal.hasColor))
                for _ in 0..<10 where screen.size == size {
                    if screen.wasToldToEnd() { return }
                    try? await Task.sleep(for: .milliseconds(100))
                }
            }
        }
        Task {
            _ = await Signals.next()
            drawing.cancel()
        }
        try await drawing.value
    }

    private static func overview(_ path: String) throws -> StatusOverview {
        let content = try StateDirectory(path).read()
        return StatusOverview(content.snapshots, faults: content.unreadable.map { .unreadable($0) })
    }

    private static func failure(_ error: ScoreboardError, _ path: String) -> ExitCode {
        guard error.code == ENOENT else { return Exit.failure("\(error)") }
        return Exit.failure(
            "there is no scoreboard in \(path); start gpt-proxy with STATE_DIR=\(path), or name its directory")
    }
}
