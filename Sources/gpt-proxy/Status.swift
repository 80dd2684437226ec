internal import ArgumentParser
internal import Gateway
internal import Glibc
internal import Scoreboard

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what the processes of this machine do, live on a terminal.",
        usage: "gpt-proxy status [<options>]",
        discussion: """
            Reads what they keep in STATE_DIR; none of them is asked. On a terminal the picture is drawn anew every second, \
            until q or Ctrl-C; elsewhere it is the status page's text, once.
            """)

    @Option(
        help: ArgumentHelp(
            "The directory in which the processes keep their scoreboards. (default: STATE_DIR)", valueName: "directory"),
        completion: .directory)
    var stateDir: String?

    @Flag(help: "List each live request too. On a terminal's live picture they always are.")
    var full = false

    @Flag(help: "Print JSON, once, as the status page does with ?json.")
    var json = false

    @Flag(help: "Print once, also on a terminal.")
    var once = false

    @OptionGroup var environment: EnvironmentOptions

    func run() async throws {
        let path = try await path()
        do {
            // Before the screen is taken, where nobody would read why it cannot be.
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

    /// Draws every second, and when the window has another size, until somebody has had enough.
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
            "nobody has kept a scoreboard in \(path); start gpt-proxy with STATE_DIR=\(path), or name its directory")
    }
}
