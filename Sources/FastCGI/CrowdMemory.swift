internal import CFastCGI
internal import Threads

/// Gives the memory of a crowd that has left back to the system.
///
/// `malloc` would keep it for the next crowd: memory between blocks that are still in use is returned on demand only
/// (`malloc_trim`). That takes about 0.2 ms per megabyte, and each arena is locked in turn, so that threads that use it wait. It
/// is done on a thread of its own, and only after half of a crowd has left. The thread has the normal priority: with a lower one
/// it would wait for a processor while it holds a lock, and other threads with it.
enum CrowdMemory {
    private static let interval = Duration.seconds(2)

    /// From what size on, in bytes, a buffer goes back to the system when it is freed. Left to itself `malloc` comes to
    /// keep buffers of up to 32 MB, for each thread: a few large requests would never be got rid of.
    private static let largeBuffer: Int32 = 4 << 20

    /// Looks after it until the task is cancelled.
    static func lookAfter(_ connections: Connections) async {
        mallopt(M_MMAP_THRESHOLD, largeBuffer)
        mallopt(M_TRIM_THRESHOLD, 2 * largeBuffer)
        while (try? await Task.sleep(for: interval)) != nil {
            if connections.crowdHasLeft() { await giveBack() }
        }
    }

    private static func giveBack() async {
        await withCheckedContinuation { continuation in
            do throws(ThreadError) {
                try Thread.start(name: "malloc-trim") {
                    malloc_trim(0)
                    continuation.resume()
                }
            } catch {
                // The memory stays for the next crowd.
                continuation.resume()
            }
        }
    }
}
