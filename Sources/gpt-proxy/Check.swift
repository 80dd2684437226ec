internal import ArgumentParser
internal import FastCGI
internal import Gateway
internal import NIOPosix
internal import Upstream

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Validates the configuration and prints it, without its secrets.")

    @Flag(help: "Ask upstream too, whether it is there and takes the key, and the issuer of tokens for its keys.")
    var upstream = false

    @OptionGroup var environment: EnvironmentOptions

    func run() async throws {
        let source = try await environment.loading.source()
        let configuration = try await environment.loading.configuration()
        for setting in source.settings() { print(setting) }
        if upstream { try await askUpstream(configuration) }
    }

    private func askUpstream(_ configuration: Configuration) async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let client = try makeClient(configuration, on: eventLoop)
        var failures: [String] = []
        func tell(_ name: String, _ ask: () async throws -> String?) async {
            do {
                if let answer = try await ask() { print("\(name): \(answer)") }
            } catch {
                failures.append("\(name): \(error)")
            }
        }
        await withTaskExecutorPreference(EventLoopTaskExecutor(eventLoop)) {
            for base in configuration.bases {
                await tell(configuration.bases.count > 1 ? "upstream \(base.url.origin)" : "upstream") {
                    try await UpstreamCheck.run(base, of: configuration, client, on: eventLoop)
                }
            }
            await tell("JWT_JWKS_URL") { try await PublishedKeysCheck.run(configuration, client) }
        }
        guard failures.isEmpty else { throw Exit.failure(failures.joined(separator: "\n")) }
    }
}
