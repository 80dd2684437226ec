internal import ArgumentParser

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Listens on a socket and serves FastCGI there.",
        usage: "gpt-proxy serve --listen <address> [--mode <octal>] [--env-file <file>]",
        discussion: """
              gpt-proxy serve --listen unix:/run/gpt-proxy/gpt-proxy.sock
              gpt-proxy serve --listen 127.0.0.1:9000

            SIGTERM, SIGINT and SIGUSR1 end it when running requests have ended, or SHUTDOWN_GRACE has; a second one \
            ends it at once. SIGHUP has it read keys and secrets again.
            """
    )

    @Option(
        help: ArgumentHelp(
            "Where: unix:/path, 127.0.0.1:9000, [::1]:9000, or fd:3 for a socket that was handed over.",
            valueName: "address"))
    var listen: String

    @Option(
        help: ArgumentHelp(
            "Who may open a unix socket, and with that use the program past the web server. (default: 0660)",
            valueName: "octal"),
        completion: .list(["0660", "0600"]),
        transform: { text in
            guard let mode = UInt16(text, radix: 8), mode <= 0o777 else {
                throw ValidationError("'\(text)' is not a file mode such as 0660.")
            }
            return mode
        })
    var mode: UInt16 = 0o660

    @OptionGroup var environment: EnvironmentOptions

    func run() async throws {
        try await FastCGIService.run(listen: listen, mode: mode, environment.loading)
    }
}
