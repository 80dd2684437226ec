internal import ArgumentParser
internal import FastCGI
internal import Gateway
internal import Models
internal import NIOCore
internal import NIOPosix
internal import Scoreboard
internal import Upstream

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Looks at the configuration, and on request at all that is before and behind it, and says what to change.",
        usage: "gpt-proxy check [<options>]",
        discussion: """
              gpt-proxy check
              gpt-proxy check --upstream --socket unix:/run/gpt-proxy/gpt-proxy.sock
              gpt-proxy check --through https://example.com/v1

            Prints the settings, without their secrets, and then what was found: ok, a warning, or a problem, the latter two \
            with the way out. Problems go to standard error. The exit status is 78 when the configuration cannot be used, \
            else 1 when there is a problem, else 0.
            """)

    @Flag(help: "Ask upstream whether it takes the key and has the models, and the issuer of tokens for its keys.")
    var upstream = false

    @Option(
        help: ArgumentHelp(
            """
            The socket that gpt-proxy listens on: unix:/path or 127.0.0.1:9000. (default: \(SocketCheck.usual), if it \
            is there)
            """,
            valueName: "address"))
    var socket: String?

    @Option(
        help: ArgumentHelp(
            """
            Ask gpt-proxy through the web server, at the address that clients use: https://example.com/v1. It costs no \
            tokens.
            """,
            valueName: "url"),
        transform: { text in
            do throws(InvalidConfiguration) {
                return try BaseURL(text)
            } catch {
                throw ValidationError("'\(text)' is no address such as https://example.com/v1: \(error).")
            }
        })
    var through: BaseURL?

    @Option(
        help: ArgumentHelp("A file with the key to show there. (default: PROXY_API_KEY)", valueName: "file"),
        completion: .file())
    var keyFile: String?

    @OptionGroup var environment: EnvironmentOptions

    func run() async throws {
        let source = try await environment.loading.source()
        let configuration = try await environment.loading.configuration()
        for setting in source.settings() { print(setting) }
        var report = FindingsReport()
        report.add([.ok("configuration", "is complete")])
        report.add(FilesCheck.run(source) + KeysCheck.run(configuration))
        report.add([DescriptorsCheck.run(configuration), MemoryCheck.run(configuration)])
        report.add(StateDirectoryCheck.run(source))
        if let path = source.stateDirectoryPath { report.add(UnreadableFilesCheck.run(StateDirectory(path))) }
        report.add(SocketCheck.run(socket))
        let shutdowns = try await ask(configuration, key: key(source), &report)
        report.add(ModelsCheck.run(configuration, on: .today, upstream: shutdowns))
        report.summarize()
        guard report.problemCount == 0 else { throw ExitCode(1) }
    }

    /// - Returns: the shutdown dates that upstream reports.
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
            // Other bases may have other names for their models.
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

    /// The key to show to gpt-proxy itself; nil when none is needed.
    private func key(_ source: ConfigurationSource) throws -> String? {
        guard through != nil else { return nil }
        if let keyFile {
            do { return try ConfigurationSource.secret(inFile: keyFile) } catch {
                throw ValidationError("The file '\(keyFile)' \(error).")
            }
        }
        guard let key = source.sharedKey else {
            throw ValidationError(
                "There is no PROXY_API_KEY to show: name a file with a caller's key, --key-file PATH.")
        }
        return key
    }
}
