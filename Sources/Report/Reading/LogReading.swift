internal import Glibc
internal import Synchronization

/// Reads logs and summarizes them.
public enum LogReading {
    /// The result of reading logs.
    public struct Result: Sendable {
        /// The summary of the logs.
        public let summary: Summary
        /// Messages about logs that could not be read, and damaged lines.
        public let complaints: [String]
        /// Whether at least one of the logs could be read.
        public let hasRead: Bool
    }

    /// Reads logs, plain or compressed with gzip, in memory that does not grow with their size.
    ///
    /// - Parameters:
    ///   - paths: the logs' paths; `-` is standard input.
    ///   - selection: the requests to include, and their grouping.
    ///   - workers: the number of tasks that parse lines.
    /// - Returns: the summary, and messages about lines and logs that could not be read.
    public static func read(_ paths: [String], _ selection: Selection, workers: Int = processors) async -> Result {
        let sizes = paths.map { LogFile.size(ofPath: $0) }
        let total = sizes.reduce(0 as Int?) { sum, size in sum.flatMap { sum in size.map { sum + $0 } } }
        let source = Source(BlockReader(paths: paths, progress: Progress(total: total)))
        let summary = await withTaskGroup(of: Summary.self) { group in
            for _ in 0..<workers { group.addTask { sum(source, selection) } }
            return await group.reduce(into: Summary(selection)) { $0 += $1 }
        }
        return source.reader.withLock { source in
            let damages = source.firstDamages.map { "\($0.name): line \($0.lineNumber) is damaged" }
            return Result(
                summary: summary, complaints: source.failures.map(\.description) + summary.complaints(about: damages),
                hasRead: source.openedCount > 0)
        }
    }

    /// The number of online processors.
    public static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// The reader that the workers share.
    private final class Source: Sendable {
        let reader: Mutex<BlockReader>

        init(_ reader: consuming sending BlockReader) {
            self.reader = Mutex(reader)
        }
    }

    /// Parses block after block. Blocks are read under the lock, because the logs are read sequentially; parsing takes many
    /// times as long.
    private static func sum(_ source: Source, _ selection: Selection) -> Summary {
        var aggregate = Aggregate(selection)
        var block = BlockReader.Block()
        while source.reader.withLock({ $0.next(&block) }) {
            if let lineNumber = aggregate.add(block) {
                source.reader.withLock { $0.note(damage: lineNumber, in: block.name) }
            }
        }
        return aggregate.summary
    }
}

extension Aggregate {
    /// - Returns: the number of the first damaged line.
    fileprivate mutating func add(_ block: BlockReader.Block) -> Int? {
        let bytes = block.bytes.span.bytes.extracting(0..<block.count)
        var firstDamage: Int?
        var number = block.firstLine
        var start = 0
        while start < bytes.byteCount {
            let end = bytes.first(UInt8(ascii: "\n"), from: start) ?? bytes.byteCount
            switch LineReader.read(bytes.extracting(start..<end), { add($0, $1) }) {
            case .request: break
            case .other: if end > start { counts.other += 1 }
            case .damaged:
                counts.damaged += 1
                firstDamage = firstDamage ?? number
            }
            number += 1
            start = end + 1
        }
        return firstDamage
    }
}

extension Summary {
    fileprivate func complaints(about damages: [String]) -> [String] {
        guard counts.damaged > 0 else { return [] }
        return damages + ["damaged lines, which are not counted: \(counts.damaged)"]
    }
}
