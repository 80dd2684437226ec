internal import CFastCGI
internal import Glibc

/// A descriptor that is kept for the moment when there is no other. Given up, it lets one more connection be accepted, so
/// that a request is refused in words instead of waiting, unheard, for somebody's stream to end.
struct SpareDescriptor: ~Copyable {
    private var descriptor: Int32 = -1

    init() {
        _ = refill()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Has one in hand if it can be had; false when there is none.
    mutating func refill() -> Bool {
        if descriptor < 0 { descriptor = eventfd(0, Int32(EFD_CLOEXEC)) }
        return descriptor >= 0
    }

    mutating func giveUp() {
        close(descriptor)
        descriptor = -1
    }
}
