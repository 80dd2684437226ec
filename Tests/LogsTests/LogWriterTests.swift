import Glibc
import Synchronization
import Testing

@testable import Logs

/// A log whose reader has stopped reading, or that cannot be written.
struct LogWriterTests {
    /// A pipe. The log writes to `input`, the test reads from `output`.
    private final class Pipe: Sendable {
        let output: Int32
        let input: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            try #require(pipe(&ends) == 0)
            (output, input) = (ends[0], ends[1])
        }

        deinit {
            close(output)
            close(input)
        }

        /// Reads until the text satisfies the condition, or until the pipe ends.
        func read(until isEnough: (String) -> Bool) -> String {
            var text = ""
            var piece = [UInt8](repeating: 0, count: 1 << 16)
            while !isEnough(text) {
                let count = Glibc.read(output, &piece, piece.count)
                guard count > 0 else { break }
                text += String(decoding: piece[..<count], as: UTF8.self)
            }
            return text
        }

        func read(until end: String) -> String { read { $0.hasSuffix(end) } }
    }

    /// The line numbers that a log contains, and the number of lines that it reports as lost.
    private struct Account {
        var numbers: [Int] = []
        var lost = 0

        init(of log: String) {
            for line in log.split(separator: "\n") {
                if let word = line.split(separator: "x").first, line.utf8.count == 99, let number = Int(word.dropLast())
                {
                    numbers.append(number)
                } else if let end = line.firstRange(of: "lines_lost") {
                    lost += Int(line[end.upperBound...].filter(\.isNumber)) ?? 0
                }
            }
        }
    }

    private static func line(_ number: Int, length: Int = 100) -> [UInt8] {
        let start = "\(number) "
        return Array((start + String(repeating: "x", count: length - start.utf8.count - 1) + "\n").utf8)
    }

    @Test
    func `lines are written in order`() throws {
        let pipe = try Pipe()
        let writer = LogWriter(pipe.input)
        for number in 1...500 { writer.write(Self.line(number), .json) }
        let text = pipe.read(until: String(decoding: Self.line(500), as: UTF8.self))
        #expect(text == (1...500).map { String(decoding: Self.line($0), as: UTF8.self) }.joined())
        #expect(writer.drain(seconds: 60))
    }

    @Test(arguments: [LogFormat.json, .text], [false, true])
    func `an unread log does not block its writers and reports how many lines were lost`(
        format: LogFormat, isNonblocking: Bool
    ) throws {
        let pipe = try Pipe()
        if isNonblocking { try #require(fcntl(pipe.input, F_SETFL, O_NONBLOCK) == 0) }
        let writer = LogWriter(pipe.input, capacity: 10_000)
        let noted = Atomic(0)
        writer.onLoss { noted.add($0, ordering: .relaxed) }
        // Buffered at most: 64 KB in the pipe, the batch that the thread is writing, and 10 000 bytes in the queue.
        for number in 1...5000 { writer.write(Self.line(number), format) }
        #expect(!writer.drain(seconds: 0))
        let lost = noted.load(ordering: .relaxed)
        #expect(lost >= 4000)

        let account = Account(
            of: pipe.read { log in
                let account = Account(of: log)
                return account.numbers.count + account.lost == 5000 && log.hasSuffix("\n")
            })
        #expect(account.lost == lost)
        #expect(account.numbers == account.numbers.sorted())
        #expect(account.numbers.first == 1)

        writer.write(Self.line(5001), format)
        #expect(pipe.read(until: "\n") == String(decoding: Self.line(5001), as: UTF8.self))
        #expect(writer.drain(seconds: 60))
        #expect(noted.load(ordering: .relaxed) == lost)
    }

    @Test
    func `a line longer than the queue is lost, but no other line`() throws {
        let pipe = try Pipe()
        let writer = LogWriter(pipe.input, capacity: 10_000)
        writer.write(Self.line(1, length: 10_001), .json)
        #expect(pipe.read(until: "}\n").hasSuffix(#""lines_lost":1}"# + "\n"))
        writer.write(Self.line(2), .json)
        #expect(pipe.read(until: "\n") == String(decoding: Self.line(2), as: UTF8.self))
    }

    @Test
    func `lines queued while the disk is full are written once there is space`() throws {
        let full = open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        defer { close(full) }
        let pipe = try Pipe()
        let writer = LogWriter(full)
        for number in 1...3 { writer.write(Self.line(number), .json) }
        #expect(!writer.drain(seconds: 0.1))
        // Space becomes available.
        try #require(dup2(pipe.input, full) == full)
        #expect(writer.drain(seconds: 60))
        #expect(pipe.read(until: String(decoding: Self.line(3), as: UTF8.self)).split(separator: "\n").count == 3)
    }

    @Test
    func `lines for a closed pipe are counted as lost`() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let writer = LogWriter(ends[1])
        let noted = Atomic(0)
        writer.onLoss { noted.add($0, ordering: .relaxed) }
        for number in 1...10 {
            writer.write(Self.line(number), .json)
            #expect(writer.drain(seconds: 60))
        }
        #expect(noted.load(ordering: .relaxed) == 10)
    }
}
