import CGI
import NIOCore
import NIOPosix
import Synchronization

/// Stores a response in memory.
final class MemorySink: ByteSink {
    private let bytes = Mutex<[UInt8]>([])

    var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }
    var pendingByteCount: Int { 0 }
    var clientIsGone: Bool { false }

    func append(_ body: (inout [UInt8]) -> Void) {
        bytes.withLock { body(&$0) }
    }

    func flush() {}

    func whenDrained(_ action: @escaping @Sendable () -> Void) {
        action()
    }
}
