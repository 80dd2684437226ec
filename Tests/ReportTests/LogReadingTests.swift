import Foundation
@testable import Report
import Testing

/// Whole files, read in blocks by several workers.
struct LogReadingTests {
    private func read(_ logs: [String], workers: Int) async throws -> LogReading.Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: "report-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        var paths: [String] = []
        for (number, log) in logs.enumerated() {
            paths.append(directory.appending(path: "\(number).log").path)
            try Data(log.utf8).write(to: URL(filePath: paths[number]))
        }
        let selection = Selection(
            by: [.caller], since: nil, until: nil, callers: [], models: [], catalogue: .inTests)
        return await LogReading.read(paths, selection, workers: workers)
    }

    @Test(arguments: [1, 2, 5])
    func `lines across block boundaries are read whole`(workers: Int) async throws {
        let count = 3 * BlockReader.blockSize / jsonLine().utf8.count
        let log = (0..<count).map { jsonLine(caller: "c\($0 % 7)") + "\n" }.joined()
        let result = try await read([log], workers: workers)
        #expect(result.complaints.isEmpty)
        #expect(result.summary.counts == LineCounts(requests: count))
        #expect(result.summary.rows.count == 7)
        #expect(result.summary.total.tokens.input == 1000 * count)
    }

    @Test(arguments: [1, 2])
    func `the first damaged line is reported with its number`(workers: Int) async throws {
        let line = jsonLine() + "\n"
        let count = 2 * BlockReader.blockSize / line.utf8.count
        let damaged = line.prefix(40) + "\n"
        let log = String(repeating: line, count: count) + damaged + line + damaged + line
        let result = try await read([line, log], workers: workers)
        #expect(result.complaints.count == 2)
        #expect(result.complaints[0].hasSuffix("1.log: line \(count + 1) is damaged"))
        #expect(result.complaints[1] == "damaged lines, which are not counted: 2")
        #expect(result.summary.counts.requests == count + 3)
    }

    @Test func `a line longer than a block does not prevent others from being read`() async throws {
        let long = String(repeating: "x", count: 3 * BlockReader.blockSize)
        let result = try await read([jsonLine() + "\n" + long + "\n" + jsonLine()], workers: 2)
        #expect(result.summary.counts.requests == 2)
    }

    @Test func `the last line needs no line end, and an empty log is valid`() async throws {
        #expect(try await read([jsonLine(), ""], workers: 2).summary.counts == LineCounts(requests: 1))
        #expect(try await read([""], workers: 2).hasRead)
    }

    @Test func `files that cannot be read are reported`() async throws {
        let selection = Selection(by: [.caller], since: nil, until: nil, callers: [], models: [], catalogue: .inTests)
        let result = await LogReading.read(["/nowhere", "/tmp"], selection, workers: 2)
        #expect(result.complaints == ["/nowhere: No such file or directory", "/tmp: Is a directory"])
        #expect(!result.hasRead)
    }

    @Test(arguments: [
        (0, 100, "░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 0 %  0 MB/s"),
        (500_000_000, 1_000_000_000, "███████████████░░░░░░░░░░░░░░░ 50 %  250 MB/s"),
        (2_000_000_000, 1_000_000_000, "██████████████████████████████ 100 %  1000 MB/s"),
        (500_000_000, nil, "500 MB  250 MB/s"),
    ])
    func `progress`(done: Int, total: Int?, text: String) {
        #expect(Progress.text(done: done, total: total, after: .seconds(2)) == text)
    }
}
