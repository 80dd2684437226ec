internal import ArgumentParser
internal import Gateway
internal import Settings

/// The command line.
struct GPTProxy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gpt-proxy",
        abstract: "Serves programs written for gpt-4o and Chat Completions with today's models and the Responses API.",
        usage: "gpt-proxy <subcommand> [<options>]",
        discussion: """
            A FastCGI responder that runs behind nginx, Apache or lighttpd. Started by a web server or a service manager \
            with a listening socket as descriptor 0, it serves that socket; started as a CGI program, it serves one \
            request. Otherwise, run it with a subcommand:

              gpt-proxy check --upstream
              gpt-proxy serve --listen unix:/run/gpt-proxy/gpt-proxy.sock
              gpt-proxy map --explain < request.json

            Settings come from the environment, files in CREDENTIALS_DIRECTORY and .env; gpt-proxy check prints them all.
            """,
        version: version,
        groupedSubcommands: [
            CommandGroup(name: "Service", subcommands: [Serve.self, Check.self, Status.self]),
            CommandGroup(
                name: "Traffic", subcommands: [Map.self, ModelsCommand.self, ReportCommand.self, KeyCommand.self]),
        ])

    @OptionGroup var environment: EnvironmentOptions

    func run() async throws {
        guard let descriptor = Start.inheritedListener else {
            throw ValidationError(
                """
                Start this program from a web server or a service manager, or run it with a subcommand:
                  gpt-proxy serve --listen unix:/run/gpt-proxy.sock
                  spawn-fcgi -n -s /run/gpt-proxy.sock -- gpt-proxy
                """)
        }
        try await FastCGIService.run(listen: "fd:\(descriptor)", mode: 0, environment.loading)
    }
}

/// The option shared by all commands that read the configuration.
struct EnvironmentOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file of KEY=value lines, for settings that the environment lacks. (default: .env, if it exists)",
            valueName: "file"),
        completion: .file())
    var envFile: String?

    var loading: ConfigurationLoading { ConfigurationLoading(environmentFile: envFile) }
}
