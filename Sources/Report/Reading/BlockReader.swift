/// Reads the logs one after the other, in blocks of whole lines. Several workers take blocks in turn.
struct BlockReader: ~Copyable {
    /// The size of a block in bytes, and thus the longest line that is read; lines of the access log are shorter.
    static let blockSize = 1 << 20

    private var paths: ArraySlice<String>
    private var file: LogFile?
    /// The beginning of a line that continues in the next block.
    private var carried: [UInt8] = []
    private var lineNumber = 1
    private var finishedBytes = 0
    private var progress: Progress?
    /// The errors of logs that could not be read, or not completely.
    private(set) var failures: [LogError] = []
    /// The number of logs that were read, at least in part.
    private(set) var openedCount = 0
    private var firstDamage: [String: Int] = [:]

    init(paths: [String], progress: Progress?) {
        self.paths = paths[...]
        self.progress = progress
    }

    /// Whole lines and their origin.
    struct Block {
        var bytes = [UInt8](repeating: 0, count: blockSize)
        fileprivate(set) var count = 0
        fileprivate(set) var name = ""
        /// The number of the first line in its log, starting from 1.
        fileprivate(set) var firstLine = 1
    }

    /// Fills the block with the next lines; false at the end of all logs.
    mutating func next(_ block: inout Block) -> Bool {
        while let file = openFile() {
            if fill(&block, from: file) { return true }
            finishedBytes += file.position
            self.file = nil
        }
        progress?.finish()
        return false
    }

    /// Records that a line is damaged.
    mutating func note(damage lineNumber: Int, in name: String) {
        firstDamage[name] = min(lineNumber, firstDamage[name] ?? .max)
    }

    /// The first damaged line of each log that has any.
    var firstDamages: [(name: String, lineNumber: Int)] {
        firstDamage.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private mutating func openFile() -> LogFile? {
        while file == nil, let path = paths.popFirst() {
            do throws(LogError) {
                file = try LogFile(path: path)
                openedCount += 1
                (carried, lineNumber) = ([], 1)
            } catch {
                failures.append(error)
            }
        }
        return file
    }

    private mutating func fill(_ block: inout Block, from file: LogFile) -> Bool {
        block.bytes.replaceSubrange(0..<carried.count, with: carried)
        var count = carried.count
        carried = []
        do throws(LogError) {
            while count < Self.blockSize {
                let read = try block.bytes.withUnsafeMutableBufferPointer { buffer throws(LogError) in
                    try file.read(
                        into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[count...])))
                }
                if read == 0 { break }
                count += read
            }
        } catch {
            // The bytes before the error count; the next call finds the end.
            failures.append(error)
        }
        progress?.update(finishedBytes + file.position)
        return finish(&block, count)
    }

    /// Cuts off the block after its last whole line. A block is full except at a log's end.
    private mutating func finish(_ block: inout Block, _ count: Int) -> Bool {
        guard count > 0 else { return false }
        (block.name, block.firstLine) = (file?.name ?? "", lineNumber)
        block.count = count
        guard count == Self.blockSize else { return true }
        let end = block.bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? count
        carried = Array(block.bytes[end...])
        block.count = end
        lineNumber += block.bytes.span.lineEnds(before: end)
        return true
    }
}

extension Span<UInt8> {
    /// Counts line ends. The loop has no early exit, so that the compiler can vectorize it.
    fileprivate func lineEnds(before end: Int) -> Int {
        withUnsafeBufferPointer { bytes in
            var count = 0
            for byte in bytes[..<end] { count &+= byte == UInt8(ascii: "\n") ? 1 : 0 }
            return count
        }
    }
}
