internal import Glibc
internal import NIOCore

/// What the exchanges of one event loop share, on that loop only: where they receive into, and how libfcgi learns of a
/// request.
///
/// `@unchecked Sendable`: made before the loop is given work, and then touched only on the loop.
final class EventLoopContext: @unchecked Sendable {
    let executor: EventLoopTaskExecutor

    /// Takes what one system call receives.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 8)

    /// Takes libfcgi the beginnings of requests.
    let beginnings: BeginningPipe

    /// - Parameter eventLoop: where the exchanges run. It must outlive the context.
    init(_ eventLoop: any EventLoop) throws(StartError) {
        executor = EventLoopTaskExecutor(eventLoop)
        beginnings = try BeginningPipe()
    }

    deinit {
        buffer.deallocate()
    }

    var eventLoop: any EventLoop { executor.eventLoop }
}
