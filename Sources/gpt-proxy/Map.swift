public import ArgumentParser
internal import Gateway
internal import Glibc
internal import JSON
internal import Logs
public import Models
public import Translation
internal import Presentation

struct Map: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints what would be sent upstream for the request on standard input.",
        usage: "gpt-proxy map [<options>] < request.json",
        discussion: """
              gpt-proxy map --route /v1/chat/completions < request.json

            In a terminal, the client's request and the upstream request are shown side by side, with reasons. Otherwise \
            the upstream request's JSON is printed, and everything that is dropped, changed, repaired or emulated is \
            listed on standard error. Needs no keys.
            """)

    @Option(help: "The API to map to. (default: TARGET_API)")
    var target: Target?

    @Option(help: "The route that the request is for.")
    var route = TranslatedRoute.proxy

    @Option(
        help: ArgumentHelp(
            "Apply the model shutdowns up to this day (UTC), such as 2027-01-14. (default: today)", valueName: "day"))
    var on: Day?

    @Flag(help: "Side by side, with reasons, even if standard output is not a terminal.")
    var explain = false

    @OptionGroup var environment: EnvironmentOptions

    func run() async throws {
        var settings = try await environment.loading.translationSettings()
        if let target { settings.target = target }
        do {
            let document = try Document(parsing: Self.readStandardInput())
            let translated = try RequestTranslator(
                settings: settings, availability: settings.availability(on: on ?? .today)
            )
            .translate(document, for: route)
            if explain || Terminal.isStandardOutput {
                explain(document, translated)
            } else {
                printBodies(of: translated)
            }
        } catch let error as RequestError {
            throw Exit.failure(error.message)
        } catch {
            throw Exit.failure("standard input is not a JSON request: \(error)")
        }
    }

    /// For programs: the exact bytes that would be sent on standard output, the notices on standard error.
    private func printBodies(of translated: [TranslatedRequest]) {
        for notice in translated[0].notices {
            StandardError.write(PlainText.of("\(notice.kind.rawValue): \(notice.field) \(notice.reason)"))
        }
        for request in translated { print(String(decoding: request.body, as: UTF8.self)) }
    }

    /// For people: the client's request on the left, upstream's on the right.
    private func explain(_ document: Document, _ translated: [TranslatedRequest]) {
        let table = ExplanationTable(
            of: Explanation(of: document, as: translated), width: Terminal.width, hasColor: Terminal.hasColor)
        let times = translated.reduce(0) { $0 + $1.choiceCount }
        let upstream = "POST \(translated[0].path)" + (times > 1 ? ", \(times) times" : "")
        for line in table.lines(client: "POST \(route.rawValue)", upstream: upstream) { print(line) }
    }

    private static func readStandardInput() -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = piece.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: piece[..<count])
        }
    }
}

extension TranslatedRoute: ExpressibleByArgument {}

extension Target: ExpressibleByArgument {}

extension Day: ExpressibleByArgument {
    public init?(argument: String) {
        self.init(argument)
    }
}
