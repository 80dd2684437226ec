internal import Diagnosis
internal import EventLoops
internal import ArgumentParser
internal import FastCGI
internal import Gateway
internal import Logs
internal import Models
internal import NIOCore
internal import NIOPosix
internal import Scoreboard
internal import Settings
internal import Upstream

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Checks the configuration and, on request, everything between the client and upstream, and says what to change.",
        usage: "gpt-proxy check [<options>]",
        discussion: """
              gpt-proxy check
              gpt-proxy check --upstream --socket unix:/run/gpt-proxy/gpt-proxy.sock
              gpt-proxy check --through https://example.com/v1

            Prints the settings without secrets, then the findings: ok, warning or problem, the latter two with how to \
            fix them. Problems go to standard error. The exit status is 78 if the configuration cannot be used, 1 if there \
            is a problem, and 0 otherwise.
            """)

    @Flag(help: "Check that upstream accepts the key and has the models, and fetch the token issuer's keys.")
    var upstream = false

    @Option(
        help: ArgumentHelp(
            """
            The socket that gpt-proxy listens on: unix:/path or 127.0.0.1:9000. (default: \(SocketCheck.usual), if it \
            exists)
            """,
            valueName: "address"))
    var socket: String?

    @Option(
        help: ArgumentHelp(
            """
            Send requests to gpt-proxy through the web server, at the URL that clients use: https://example.com/v1. No \
            tokens are spent.
            """,
            valueName: "url"),
        transform: { text in
            do throws(InvalidConfiguration) {
                return try BaseURL(text)
            } catch {
                throw ValidationError("'\(text)' is not a URL such as https://example.com/v1: \(error).")
            }
        })
    var through: BaseURL?

    @Option(
        help: ArgumentHelp("A file with the key to send there. (default: PROXY_API_KEY)", valueName: "file"),
        completion: .file())
    var keyFile: String?

    @OptionGroup var environment: EnvironmentOptions

    func run() async throws {
        let source = try await environment.loading.source()
        let configuration = try await environment.loading.configuration()
        for setting in source.settings() { print(setting) }
        var report = FindingsReport()
        report.add([.ok("configuration", "is complete")])
        report.add(FilesCheck.run(source) + KeysCheck.run(configuration) + ExposureCheck.run(configuration))
        report.add([DescriptorsCheck.run(configuration), MemoryCheck.run(configuration)])
        report.add(StateDirectoryCheck.run(source))
        if let path = source.stateDirectoryPath { report.add(UnreadableFilesCheck.run(StateDirectory(path))) }
        report.add(SocketCheck.run(socket))
        let shutdowns = try await ask(configuration, key: key(source), &report)
        report.add(ModelsCheck.run(configuration, on: .today, upstream: shutdowns))
        report.summarize()
        guard report.problemCount == 0 else { throw ExitCode(1) }
    }

    /// - Returns: the shutdown dates that the first base reports, by model.
    private func ask(
        _ configuration: Configuration, key: String?, _ report: inout FindingsReport
    ) async throws -> [String: Day] {
        var shutdowns: [String: Day] = [:]
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        if upstream {
            let client = makeClient(configuration, on: eventLoop)
            let (results, issuer) = await withTaskExecutorPreference(EventLoopTaskExecutor(eventLoop)) {
                var results: [UpstreamCheck.Result] = []
                for base in configuration.bases {
                    results.append(await UpstreamCheck.run(base, of: configuration, client, on: eventLoop))
                }
                return (results, await PublishedKeysCheck.run(configuration, client))
            }
            report.add(results.flatMap(\.findings) + issuer)
            // Only the first base's: others may use different names for the same models.
            shutdowns = results.first?.models?.shutdowns ?? [:]
        }
        if let through, let key {
            let client = makeClient(WebServerCheck.configuration(from: configuration), on: eventLoop)
            let check = WebServerCheck(
                through, key: key, maxBody: configuration.maxBody, client: client, eventLoop: eventLoop)
            report.add(await withTaskExecutorPreference(EventLoopTaskExecutor(eventLoop)) { await check.run() })
        }
        return shutdowns
    }

    /// The key to send to gpt-proxy itself; nil without `--through`.
    private func key(_ source: ConfigurationSource) throws -> String? {
        guard through != nil else { return nil }
        if let keyFile {
            do { return try ConfigurationSource.secret(inFile: keyFile) } catch {
                throw ValidationError("The file '\(keyFile)' \(error).")
            }
        }
        guard let key = source.sharedKey else {
            throw ValidationError(
                "There is no PROXY_API_KEY to send: name a file with a caller's key, --key-file PATH.")
        }
        return key
    }
}
