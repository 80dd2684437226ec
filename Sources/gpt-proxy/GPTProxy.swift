internal import ArgumentParser
internal import Gateway

/// The command line.
struct GPTProxy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gpt-proxy",
        abstract: "Serves programs made for gpt-4o and Chat Completions with today's models and the Responses API.",
        usage: "gpt-proxy <subcommand> [<options>]",
        discussion: """
            A FastCGI responder: it stands behind nginx, Apache or lighttpd. Started by one of them, or by a service \
            manager, with a listening socket as descriptor 0 it serves there; started as a CGI program it answers one \
            request. Otherwise it is told what to do:

              gpt-proxy check --upstream
              gpt-proxy serve --listen unix:/run/gpt-proxy/gpt-proxy.sock
              gpt-proxy map --explain < request.json

            Settings come from the environment, from files in CREDENTIALS_DIRECTORY and from .env; check shows them all.
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
                This program is started by a web server or a service manager, or is told what to do:
                  gpt-proxy serve --listen unix:/run/gpt-proxy.sock
                  spawn-fcgi -n -s /run/gpt-proxy.sock -- gpt-proxy
                """)
        }
        try await FastCGIService.run(listen: "fd:\(descriptor)", mode: 0, environment.loading)
    }
}

/// The option that every command has which reads the configuration.
struct EnvironmentOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "KEY=value lines, for what the environment does not say. (default: .env, if it is there)",
            valueName: "file"),
        completion: .file())
    var envFile: String?

    var loading: ConfigurationLoading { ConfigurationLoading(environmentFile: envFile) }
}
