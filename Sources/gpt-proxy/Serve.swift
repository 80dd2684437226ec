internal import ArgumentParser

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Listens on a socket and serves FastCGI there.",
        discussion: "SIGTERM, SIGINT and SIGUSR1 end it when running requests have ended; a second one ends it at once."
    )

    @Option(help: "unix:/run/gpt-proxy.sock, 127.0.0.1:9000, [::1]:9000 or fd:3.")
    var listen: String

    @Option(
        help: "Permissions of a unix socket, in octal: who may write to it can use the program without a web server.",
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
