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
        try await withTaskExecutorPreference(EventLoopTaskExecutor(eventLoop)) {
            try await tell("upstream") { try await UpstreamCheck.run(configuration, client, on: eventLoop) }
            try await tell("JWT_JWKS_URL") { try await PublishedKeysCheck.run(configuration, client) }
        }
    }

    private func tell(_ name: String, _ ask: () async throws -> String?) async throws {
        do {
            if let answer = try await ask() { print("\(name): \(answer)") }
        } catch {
            throw Exit.failure("\(name): \(error)")
        }
    }
}
