internal import CMalloc
internal import Glibc

/// The address space that threads will reserve for their stacks and for `malloc`'s arenas.
public struct ThreadPlan: Sendable {
    let stacks: Int
    let arenas: Int

    /// The address space that `malloc` reserves for an arena, in bytes: glibc's `HEAP_MAX_SIZE` on 64-bit machines.
    private static let arenaSize = 64 << 20
    /// The number of arenas if address space is limited. With two, event loops rarely wait for each other.
    private static let arenaLimit: Int32 = 2

    /// Calculates the address space.
    ///
    /// - Parameters:
    ///   - large: the number of threads with the system's default stack size.
    ///   - small: the number of threads with a stack of 256 KB, as the module Threads starts them.
    public init(large: Int, small: Int) {
        self.init(large: large, small: small, stackSize: Self.defaultStackSize)
    }

    init(large: Int, small: Int, stackSize: Int) {
        // Each stack has a guard page.
        stacks = large * (stackSize + 4096) + small * ((256 << 10) + 4096)
        arenas = Int(Self.arenaLimit) * Self.arenaSize
    }

    /// Limits the number of `malloc`'s arenas if address space is limited. Without this, `malloc` reserves 64 MB for almost
    /// every thread, which can exhaust a limit of 1 GB. Must be called before the first thread is started.
    public static func economize() {
        guard ResourceLimits.current.addressSpace != nil else { return }
        mallopt(M_ARENA_MAX, arenaLimit)
    }

    private static var defaultStackSize: Int {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        var size = 0
        return pthread_attr_getstacksize(&attributes, &size) == 0 ? size : 8 << 20
    }
}
