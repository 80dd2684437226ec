import Foundation
import Testing
import UpstreamSimulator

/// Runs a simulator while `body` runs and passes it the port.
func withSimulator(
    _ configuration: Simulator.Configuration = Simulator.Configuration(),
    _ body: (_ port: Int, _ simulator: Simulator) async throws -> Void
) async throws {
    let simulator = try Simulator(configuration)
    let port = try await simulator.start()
    do {
        try await body(port, simulator)
    } catch {
        try await simulator.shutdown()
        throw error
    }
    try await simulator.shutdown()
}

extension Simulator {
    /// Waits until the last received request has ended, and returns it.
    func lastEnded() async throws -> RecordedRequest {
        while true {
            if let last = requests.last, last.ending != .none { return last }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

enum Vectors {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Vectors").path

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try #require(FileManager.default.contents(atPath: directory + "/" + path)))
    }

    /// The names of the exchanges, `01_plain_text` and so on.
    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory + "/streams")) ?? []
        // Without any, the tests of all exchanges would pass.
        precondition(!files.isEmpty, "no recorded exchanges in \(directory)/streams")
        return files.map { String($0.dropLast(".sse".count)) }.sorted()
    }()
}
