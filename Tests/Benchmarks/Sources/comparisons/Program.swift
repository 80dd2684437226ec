import Foundation
import Measurement

/// Compares modules of this program with the packages that could replace them.
///
///     comparisons headers    header lists and response heads with swift-http-types
///     comparisons json       parsing with Foundation
///     comparisons clients    the HTTP client with async-http-client
@main
struct Program {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "headers" where arguments.count == 1: printTable(HeaderWork.all)
        case "json" where arguments.count == 1: printTable(try ParsingWork.all())
        case "clients" where arguments.count == 1: try ClientComparison.run()
        // These are started by `clients`.
        case "server" where arguments.count == 1: try await Server.run()
        case "client" where arguments.count == 3: try await ClientComparison.measure(arguments[1], port: arguments[2])
        default:
            print("usage: comparisons headers | json | clients")
            exit(64)
        }
    }

    private static func printTable(_ work: [(name: String, operation: () -> Void)]) {
        for (name, operation) in work {
            let time = Measurement.nanoseconds(of: operation)
            let allocations = Measurement.allocations(of: operation, count: time > 100_000 ? 10 : 1000)
            print(
                name.padding(toLength: 52, withPad: " ", startingAt: 0),
                String(format: "%10.0f ns %10.1f allocations", time, allocations))
        }
    }
}
