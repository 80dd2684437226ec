internal import ArgumentParser
internal import FastCGI
internal import Gateway
internal import NIOPosix
internal import Upstream

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Validates the configuration and prints it, without its secrets.")

    @Flag(help: "Ask upstream too, whether it is there and takes the key.")
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
        for base in configuration.bases {
            let name = configuration.bases.count > 1 ? "upstream \(base.url.origin)" : "upstream"
            do {
                let answer = try await withTaskExecutorPreference(EventLoopTaskExecutor(eventLoop)) {
                    try await UpstreamCheck.run(base, client, on: eventLoop)
                }
                print("\(name): \(answer)")
            } catch {
                failures.append("\(name): \(error)")
            }
        }
        guard failures.isEmpty else { throw Exit.failure(failures.joined(separator: "\n")) }
    }
}
