internal import ArgumentParser
internal import Gateway

/// The command line.
struct GPTProxy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gpt-proxy",
        abstract: "Lets programs written for gpt-4o's Chat Completions API run on GPT-5 and the Responses API.",
        discussion: """
            Started by a web server or a service manager with a listening socket as descriptor 0 (spawn-fcgi, \
            mod_fcgid, lighttpd, systemd) it serves FastCGI there; started as a CGI program it answers one request.
            """,
        version: version,
        subcommands: [Serve.self, Check.self, Map.self, Status.self, ReportCommand.self, KeyCommand.self])

    @OptionGroup var environment: EnvironmentOptions

    func run() async throws {
        guard let descriptor = Start.inheritedListener else {
            throw ValidationError(
                """
                This program is started by a web server, or listens itself:
                  gpt-proxy serve --listen unix:/run/gpt-proxy.sock
                  spawn-fcgi -n -s /run/gpt-proxy.sock -- gpt-proxy
                """)
        }
        try await FastCGIService.run(listen: "fd:\(descriptor)", mode: 0, environment.loading)
    }
}

/// The option that every command has which reads the configuration.
struct EnvironmentOptions: ParsableArguments {
    @Option(help: "A file of KEY=value lines, for what the environment does not say. (default: ./.env if it is there)")
    var envFile: String?

    var loading: ConfigurationLoading { ConfigurationLoading(environmentFile: envFile) }
}
