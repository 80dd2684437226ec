/// The logs, one after the other, in blocks of whole lines. Several workers take blocks in turn.
struct BlockReader: ~Copyable {
    /// How large a block is. The longest line that is read; one longer than that is no line of the access log.
    static let blockSize = 1 << 20

    private var paths: ArraySlice<String>
    private var file: LogFile?
    /// The beginning of a line whose end was not in the last block.
    private var carried: [UInt8] = []
    private var lineNumber = 1
    private var finishedBytes = 0
    private var progress: Progress?
    /// What could not be read, or not to its end.
    private(set) var failures: [LogError] = []
    /// How many logs were read, if not to their end.
    private(set) var openedCount = 0
    private var firstDamage: [String: Int] = [:]

    init(paths: [String], progress: Progress?) {
        self.paths = paths[...]
        self.progress = progress
    }

    /// Whole lines, and where they are from.
    struct Block {
        var bytes = [UInt8](repeating: 0, count: blockSize)
        fileprivate(set) var count = 0
        fileprivate(set) var name = ""
        /// The number of the first line in its log, from 1 up.
        fileprivate(set) var firstLine = 1
    }

    /// Fills the block with what comes next; false, when nothing does.
    mutating func next(_ block: inout Block) -> Bool {
        while let file = openFile() {
            if fill(&block, from: file) { return true }
            finishedBytes += file.position
            self.file = nil
        }
        progress?.finish()
        return false
    }

    /// Notes that a line is damaged.
    mutating func note(damage lineNumber: Int, in name: String) {
        firstDamage[name] = min(lineNumber, firstDamage[name] ?? .max)
    }

    /// In each log that has damaged lines, the first.
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
            // What came before it counts; the next call finds the end.
            failures.append(error)
        }
        progress?.update(finishedBytes + file.position)
        return finish(&block, count)
    }

    /// Cuts the block at its last line's end. Only at a log's end is a block not full.
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
    /// Without a way out of the loop, the compiler takes many bytes at a time.
    fileprivate func lineEnds(before end: Int) -> Int {
        withUnsafeBufferPointer { bytes in
            var count = 0
            for byte in bytes[..<end] { count &+= byte == UInt8(ascii: "\n") ? 1 : 0 }
            return count
        }
    }
}
