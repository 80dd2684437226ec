internal import ArgumentParser

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Listens on a socket and serves FastCGI.",
        usage: "gpt-proxy serve --listen <address> [--mode <octal>] [--env-file <file>]",
        discussion: """
              gpt-proxy serve --listen unix:/run/gpt-proxy/gpt-proxy.sock
              gpt-proxy serve --listen 127.0.0.1:9000

            SIGTERM, SIGINT and SIGUSR1 start a graceful shutdown: running requests have SHUTDOWN_GRACE to finish. A \
            second signal stops the process at once. SIGHUP reloads keys and secrets.
            """
    )

    @Option(
        help: ArgumentHelp(
            "The address: unix:/path, 127.0.0.1:9000, [::1]:9000, or fd:3 for an inherited socket.",
            valueName: "address"))
    var listen: String

    @Option(
        help: ArgumentHelp(
            "The mode of a unix socket: users who can open it can bypass the web server. (default: 0660)",
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
