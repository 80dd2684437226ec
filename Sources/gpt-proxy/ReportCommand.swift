public import ArgumentParser
internal import Gateway
internal import Glibc
internal import Logs
public import Report

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Summarizes access logs: usage by caller and model, cost and latency.",
        usage: "gpt-proxy report [<log> ...] [<options>]",
        discussion: """
              gpt-proxy report /var/log/gpt-proxy.log*
              journalctl -u 'gpt-proxy@*' -o cat | gpt-proxy report --by caller,day
              gpt-proxy report --since 2026-11-01 --html gpt-proxy.log > november.html

            Reads both formats of gpt-proxy's log, plain or compressed with gzip, also within the log of a web server, \
            journald or Docker. Costs are those of the models sent upstream, by the prices that gpt-proxy models shows; \
            MODELS_FILE can add prices.
            """)

    @Argument(
        help: ArgumentHelp("The logs. (default: standard input, which is also -)", valueName: "log"),
        completion: .file())
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "The columns to group requests by, separated by commas: "
                + Selection.Dimension.allCases.map(\.rawValue).joined(separator: ", ") + ".",
            valueName: "columns"),
        completion: .list(Selection.Dimension.allCases.map(\.rawValue)))
    var by = Dimensions(list: [.caller, .model])

    @Option(
        help: ArgumentHelp(
            "The first day or time (2026-11-24, 2026-11-24T10:00; UTC unless it has an offset).", valueName: "time"))
    var since: TimeLimit?

    @Option(help: ArgumentHelp("The last day (inclusive), or the end time (exclusive).", valueName: "time"))
    var until: TimeLimit?

    @Option(help: "Only requests of these callers; * matches any run of characters. May be given several times.")
    var caller: [String] = []

    @Option(help: "Only requests for these models, in the same way.")
    var model: [String] = []

    @Flag(help: "The output format. (default: a table)")
    var form: Form?

    @OptionGroup var environment: EnvironmentOptions

    enum Form: String, EnumerableFlag {
        case html, csv, json

        static func help(for form: Form) -> ArgumentHelp? {
            switch form {
            case .html: "Print a page with plots, in one file."
            case .csv: "Print CSV."
            case .json: "Print JSON."
            }
        }
    }

    /// The value of `--by`.
    struct Dimensions: ExpressibleByArgument, CustomStringConvertible {
        let list: [Selection.Dimension]

        init(list: [Selection.Dimension]) {
            self.list = list
        }

        init?(argument: String) {
            list = argument.split(separator: ",").compactMap { Selection.Dimension(rawValue: String($0)) }
            guard !list.isEmpty, list.count == argument.split(separator: ",").count else { return nil }
        }

        var description: String { list.map(\.rawValue).joined(separator: ",") }
        var defaultValueDescription: String { description }
    }

    func validate() throws {
        if files.isEmpty, isatty(STDIN_FILENO) == 1 {
            throw ValidationError("Name the logs, or pipe one to standard input.")
        }
    }

    func run() async throws {
        let selection = Selection(
            by: by.list, since: since, until: until, callers: caller, models: model,
            catalogue: try await environment.loading.catalogue())
        let result = await LogReading.read(files.isEmpty ? ["-"] : files, selection)
        for complaint in result.complaints { StandardError.write("gpt-proxy: \(complaint)") }
        guard result.hasRead else { throw ExitCode.failure }
        print(text(result.summary), terminator: "")
    }

    private func text(_ summary: Summary) -> String {
        switch form {
        case .html: summary.page
        case .csv: summary.csv
        case .json: summary.json
        case nil:
            summary.table(
                width: Terminal.isStandardOutput ? Terminal.width : nil, isColoured: Terminal.hasColor)
        }
    }
}

extension TimeLimit: ExpressibleByArgument {
    public init?(argument: String) {
        self.init(argument)
    }
}
