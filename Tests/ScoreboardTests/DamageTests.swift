import Foundation
import Testing

@testable import Scoreboard

/// Scoreboard files with invalid contents.
@Suite struct DamageTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// A process that has written two images into its file, one after the other.
    private func busyProcess() -> TestProcess {
        let process = TestProcess(directory, clientLeft: 1)
        process.board.enter().describe(requestID: "r", caller: "c", route: "/", model: "m", method: "GET")
        process.board.update {
            $0.addToHistory(isError: false, inputTokens: 1, outputTokens: 2, firstByte: 0.25)
            $0.add(3, to: .requests, "ann", "/proxy", "gpt-5", "200")
        }
        process.count(1)
        process.copy()
        return process
    }

    /// Reads the directory and uses everything in it, as the status page does.
    @discardableResult
    private func read() throws -> [Snapshot] {
        let snapshots = try StateDirectory(directory.path).read(besides: 0).snapshots
        for snapshot in snapshots { _ = snapshot.live(in: Array(0..<Interval.kept)) }
        let totals = Totals(snapshots)
        for metric in Metric.allCases {
            for series in totals.series(of: metric) {
                #expect(series.labels.count == metric.labels.count)
                _ = series.quantile(0.5)
            }
        }
        return snapshots
    }

    @Test func `invalid scoreboards are renamed, and other files stay`() throws {
        try directory.write(Array("x".utf8), to: "note.txt")
        try directory.write([], to: "1-1.scoreboard")
        try directory.write(Array(repeating: 0xFF, count: 5000), to: "2-2.scoreboard")
        try directory.write(Array(repeating: 0, count: 100_000), to: "3-3.scoreboard")
        #expect(try directory.read().unreadable.count == 2)
        let process = TestProcess(directory, clientLeft: 1)
        #expect(process.reports.count == 2)
        #expect(try directory.count() == 1)
        #expect(try directory.read().unreadable.isEmpty)
        #expect(directory.files.contains("note.txt") && directory.files.contains("process.damaged"))
    }

    @Test func `damaged totals are renamed and reported, and counting continues`() throws {
        do { _ = TestProcess(directory, clientLeft: 1) }
        do { _ = TestProcess(directory) }
        var content = try directory.content(of: directory.past)
        content[content.count / 2] ^= 1
        try directory.write(content, to: "past.scoreboard")
        #expect(try directory.read().unreadable == [directory.past])
        let process = TestProcess(directory, clientLeft: 1)
        #expect(
            process.reports == [.setAside(directory.past, as: "\(directory.path)/past.damaged")])
        #expect(try directory.count() == 1)
        #expect(try directory.content(of: "\(directory.path)/past.damaged") == content)
    }

    @Test func `the next copy repairs a live process's file`() throws {
        let process = busyProcess()
        let path = try #require(directory.boards.first)
        for damage in [Data(), Data(repeating: 0xA5, count: 100), Data(repeating: 0xFF, count: 10 << 20)] {
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            try file.truncate(atOffset: 0)
            try file.write(contentsOf: damage)
            try read()
            process.copy()
            #expect(try directory.count() == 2)
        }
        #expect(process.reports.isEmpty)
    }

    @Test func `a truncated file yields its last complete image`() throws {
        do { _ = busyProcess() }
        let path = try #require(directory.boards.first)
        let content = try directory.content(of: path)
        // Lengths in the second image and in the first, with all remainders modulo 8. Between them is a hole.
        let lengths =
            Array(stride(from: content.count, through: Layout.slotSize - 9, by: -3))
            + Array(stride(from: 4096, through: 0, by: -3))
        let counts = try lengths.map { length in
            #expect(truncate(path, off_t(length)) == 0)
            return try read().count(.clientLeft)
        }
        // The second image while it is complete, then the first, then none.
        #expect(counts.first == 2 && counts.contains(1) && counts.last == 0)
        #expect(counts == counts.sorted(by: >))
        #expect(counts.count { $0 == 2 } == 1)
    }

    @Test(arguments: 0..<50) func `random bytes in a file do not cause a crash`(_ seed: Int) throws {
        do { _ = busyProcess() }
        let path = try #require(directory.boards.first)
        var content = try directory.content(of: path)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<Int.random(in: 1...200, using: &random) {
            let slot = Int.random(in: 0...1, using: &random) * Layout.slotSize
            let offset = slot + Int.random(in: 0..<content.count - Layout.slotSize, using: &random)
            content[offset] = UInt8.random(in: 0...255, using: &random)
        }
        try Data(content).write(to: URL(filePath: path))
        try read()
        _ = TestProcess(directory)
        try read()
    }

    /// A valid checksum does not mean that the content is valid.
    @Test(arguments: 0..<200) func `random sections with a valid checksum do not cause a crash`(_ seed: Int) throws {
        let process = busyProcess()
        var words = process.board.image().body
        var random = SystemRandomNumberGenerator()
        for _ in 0..<Int.random(in: 1...20, using: &random) {
            let position = Int.random(in: 0..<words.count, using: &random)
            switch Int.random(in: 0...3, using: &random) {
            case 0: words[position] = UInt64.random(in: 0 ... .max, using: &random)
            case 1: words[position] = .max
            case 2: words[position] = UInt64.random(in: 0...9, using: &random)
            default: words.removeSubrange(position..<min(words.count, position + 9))
            }
            guard words.count > 10 else { break }
        }
        let image = Image { $0.replace(with: words) }
        let file = try OpenFile("\(directory.path)/1-1.scoreboard", O_RDWR | O_CREAT, for: "test")
        try file.write(image, number: UInt64(seed), "test")
        try read()
        _ = TestProcess(directory)
        try read()
    }

    @Test func `additions of a later version are skipped`() throws {
        let process = TestProcess(directory, clientLeft: 7)
        let image = process.board.image()
        let later = Image { writer in
            writer.section(.process) { $0 += Array(image.section(.process)) + [1, 2, 3] }
            writer.replace(with: writer.words + [99, 2, 0, 0])
            writer.section(.series) { words in
                // An unknown metric, and a known one with more values than in this version.
                words += [1000 | 8 << 16 | 1 << 32, 0, 5]
                words += [UInt64(Metric.retries.rawValue) | 1 << 16 | 2 << 32, UInt64(Metric.retries.rawValue), 5, 5]
                words += Array(image.section(.series))
            }
        }
        let snapshot = Snapshot(later, isLive: true)
        #expect(snapshot.identity == process.board.identity)
        #expect(snapshot.streamLimit == 100)
        #expect([snapshot].count(.clientLeft) == 7)
        #expect([snapshot].count(.retries) == 0)
    }

    @Test(
        arguments: [
            [1], [1, 0x1F], [2, 0x1F, 97, 0x1F, 98, 0x1F, 99], [2, 0x1F, 97, 0x1F, 10], [2, 0x1F, 97, 0x1F, 0xFF],
            [5, 0x1F, 97, 0x1F, 98], [2, 0x1F] + Array(repeating: 97, count: 97) + [0x1F, 98], [],
        ] as [[UInt8]])
    func `a series with an invalid key for its metric is skipped`(_ key: [UInt8]) {
        #expect(!Series.isKey(key, of: .errors))
        let image = Image { writer in
            writer.section(.series) { words in
                words.append(UInt64(Metric.errors.rawValue) | UInt64(key.count) << 16 | 1 << 32)
                words.append(packing: key)
                words.append(5)
            }
        }
        #expect([Snapshot(image, isLive: true)].count(.errors) == 0)
    }

    @Test func `labels are read as written`() {
        let labels = ["/proxy", "größer"]
        #expect(Series.isKey(Series.key(.errors, labels), of: .errors))
        #expect(Series(key: Series.key(.errors, labels), metric: .errors, values: [1]).labels == labels)
        #expect(Series.isKey(Series.key(.retries, []), of: .retries))
    }
}

extension Image.Writer {
    /// Replaces all words written so far.
    fileprivate mutating func replace(with words: [UInt64]) { self.words = words }
}
