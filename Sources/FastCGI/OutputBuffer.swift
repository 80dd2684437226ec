/// The bytes of a response that the web server has not taken: written ones first wait for a flush, then for the socket.
struct OutputBuffer {
    private var bytes: [UInt8] = []
    private var firstUnsent = 0
    private var flushedEnd = 0

    /// A buffer that once was large gives its memory back; up to this many bytes it keeps for the next events.
    private static let keptCapacity = 64 * 1024

    /// How much is here, flushed or not.
    var count: Int { bytes.count - firstUnsent }

    /// How much was flushed and may be sent.
    var sendableCount: Int { flushedEnd - firstUnsent }

    /// How much was written and not flushed.
    var heldCount: Int { bytes.count - flushedEnd }

    mutating func append(_ body: (inout [UInt8]) -> Void) {
        body(&bytes)
    }

    mutating func flush() {
        flushedEnd = bytes.count
    }

    /// Hands out up to `limit` sendable bytes, and forgets them.
    mutating func takePiece(upTo limit: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        let end = firstUnsent + min(sendableCount, limit)
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[firstUnsent..<end])) }
        firstUnsent = end
        compact()
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
        firstUnsent = 0
        flushedEnd = 0
    }

    /// Nothing is moved while the buffer empties in one go; under a client that never quite keeps up, what is sent must
    /// not pile up before what is not.
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
