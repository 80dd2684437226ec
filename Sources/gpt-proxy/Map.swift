public import ArgumentParser
internal import Gateway
internal import Glibc
internal import JSON
public import Translation

struct Map: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints what would be sent upstream for the request on standard input.",
        discussion: "What is left out, changed, repaired or done here is told on standard error. Needs no keys.")

    @Option(
        help: "The API to map to: \(Target.allCases.map(\.rawValue).joined(separator: ", ")). (default: TARGET_API)")
    var target: Target?

    @Option(help: "The route that the request is for.")
    var route = Route.proxy

    @OptionGroup var environment: EnvironmentOptions

    func run() async throws {
        var settings = try await environment.loading.translationSettings()
        if let target { settings.target = target }
        do {
            let document = try Document(parsing: Self.readStandardInput())
            let translator = RequestTranslator(settings: settings)
            let translated =
                switch route {
                case .proxy: [try translator.translateProxyRequest(document)]
                case .chatCompletions: [try translator.translateChatRequest(document)]
                case .completions: try translator.translateCompletionRequest(document)
                case .responses: [try translator.mapModel(of: document, for: "/responses")]
                }
            for notice in translated[0].notices {
                StandardError.write("\(notice.kind.rawValue): \(notice.field) \(notice.reason)")
            }
            for request in translated { print(String(decoding: request.body, as: UTF8.self)) }
        } catch let error as RequestError {
            throw Exit.failure(error.message)
        } catch {
            throw Exit.failure("standard input is not a JSON request: \(error)")
        }
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

/// A route whose requests are translated.
enum Route: String, CaseIterable, ExpressibleByArgument {
    case proxy = "/proxy"
    case chatCompletions = "/v1/chat/completions"
    case completions = "/v1/completions"
    case responses = "/v1/responses"
}

extension Target: ExpressibleByArgument {}
