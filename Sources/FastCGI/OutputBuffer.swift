/// The bytes of a response that were not sent to the web server yet. They wait first for a flush, then for room in the socket's
/// buffer.
struct OutputBuffer {
    private var bytes: [UInt8] = []
    private var firstUnsent = 0
    private var flushedEnd = 0

    /// The maximum capacity, in bytes, that an empty buffer keeps for the next events; a larger one is freed.
    private static let keptCapacity = 64 * 1024

    /// The number of bytes in the buffer, flushed or not.
    var count: Int { bytes.count - firstUnsent }

    /// The number of bytes that were flushed and can be sent.
    var sendableCount: Int { flushedEnd - firstUnsent }

    /// The number of bytes that were written but not flushed.
    var heldCount: Int { bytes.count - flushedEnd }

    mutating func append(_ body: (inout [UInt8]) -> Void) {
        body(&bytes)
    }

    mutating func flush() {
        flushedEnd = bytes.count
    }

    /// Calls `body` with up to `limit` sendable bytes, removes them, and returns its result.
    mutating func takePiece<Result>(upTo limit: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let end = firstUnsent + min(sendableCount, limit)
        let result = bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[firstUnsent..<end])) }
        firstUnsent = end
        compact()
        return result
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
        firstUnsent = 0
        flushedEnd = 0
    }

    /// Frees the space of sent bytes. Moves nothing if the buffer becomes empty. But if a slow client never lets it become
    /// empty, the sent bytes at its start must not accumulate.
    private mutating func compact() {
        if firstUnsent == bytes.count {
            removeAll()
        } else if firstUnsent > max(Self.keptCapacity, bytes.count / 2) {
            bytes.removeFirst(firstUnsent)
            flushedEnd -= firstUnsent
            firstUnsent = 0
        }
    }
}
