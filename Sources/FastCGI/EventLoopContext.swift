internal import EventLoops
internal import Glibc
internal import NIOCore

/// The resources that the sessions of one event loop share: the receive buffer, and the writer of records.
///
/// `@unchecked Sendable`: it is created before the loop gets work, and after that accessed only on the loop.
final class EventLoopContext: @unchecked Sendable {
    let executor: EventLoopTaskExecutor

    /// Holds the bytes of one `recv` call; they are consumed before the next call.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 8)

    let writer: RecordWriter

    /// - Parameter eventLoop: the loop on which the sessions run. It must outlive the context.
    init(_ eventLoop: any EventLoop) throws(StartError) {
        executor = EventLoopTaskExecutor(eventLoop)
        writer = try RecordWriter()
    }

    deinit {
        buffer.deallocate()
    }

    var eventLoop: any EventLoop { executor.eventLoop }
}
