internal import CFastCGI
internal import Glibc

/// A descriptor that is kept in reserve for when the process has none left. Closing it makes it possible to accept one more
/// connection, whose request can then be refused with an error response instead of waiting until another request ends.
struct SpareDescriptor: ~Copyable {
    private var descriptor: Int32 = -1

    init() {
        _ = refill()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Opens the spare descriptor if it is not open. Returns false if the process has no descriptor left.
    mutating func refill() -> Bool {
        if descriptor < 0 { descriptor = eventfd(0, Int32(EFD_CLOEXEC)) }
        return descriptor >= 0
    }

    mutating func giveUp() {
        close(descriptor)
        descriptor = -1
    }
}
