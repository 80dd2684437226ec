internal import Diagnosis
internal import EventLoops
internal import ArgumentParser
internal import FastCGI
internal import Gateway
internal import Logs
internal import Models
internal import NIOCore
internal import NIOPosix
internal import Translation
internal import Upstream

struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Lists the models: which is sent for each name, until when, what it supports and costs.",
        usage: "gpt-proxy models [<options>]",
        discussion: """
              gpt-proxy models
              gpt-proxy models --on 2027-01-14
              gpt-proxy models --csv > models.csv

            Needs no keys, except with --upstream. MODELS_FILE adds rows in the format that --csv prints. The header must \
            begin with model; the other columns are optional.
            """)

    @Flag(help: "Print the catalogue as CSV, followed by the rows of MODELS_FILE.")
    var csv = false

    @Flag(help: "Compare the catalogue with upstream's model list: shutdown dates and missing models.")
    var upstream = false

    @Option(help: ArgumentHelp("The day to show (UTC), such as 2027-01-14. (default: today)", valueName: "day"))
    var on: Day?

    @OptionGroup var environment: EnvironmentOptions

    func validate() throws {
        if csv, upstream { throw ValidationError("--csv and --upstream exclude each other.") }
    }

    func run() async throws {
        let settings = try await environment.loading.translationSettings()
        if csv { return print(settings.catalogue.csv, terminator: "") }
        let day = on ?? .today
        if upstream { return try await compare(settings, day) }
        let table = ModelTable(of: settings, on: day, width: Terminal.width, hasColor: Terminal.hasColor)
        for line in table.lines { print(line) }
    }

    private func compare(_ settings: TranslationSettings, _ day: Day) async throws {
        let configuration = try await environment.loading.configuration()
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let client = makeClient(configuration, on: eventLoop)
        let base = configuration.bases[0]
        let result = await withTaskExecutorPreference(EventLoopTaskExecutor(eventLoop)) {
            await UpstreamCheck.run(base, of: configuration, client, on: eventLoop)
        }
        guard let list = result.models else {
            let problem = result.findings.first { $0.verdict != .ok }
            throw Exit.failure("\(problem?.subject ?? "upstream"): \(problem?.text ?? "has no list of models")")
        }
        for line in ModelComparison(of: settings.catalogue, with: list, on: day).lines { print(line) }
    }
}
