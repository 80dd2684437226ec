internal import CFastCGI
internal import Threads

/// Returns unused heap memory to the system after a load peak.
///
/// `malloc` keeps free memory that lies between blocks in use, and returns it only on demand (`malloc_trim`). That takes about
/// 0.2 ms per megabyte and locks each arena in turn, which blocks the threads that use the arena. It therefore runs on a
/// separate thread, and only after at least half of the requests of a peak have ended. The thread has normal priority: with a
/// lower one it could be preempted while it holds an arena's lock, and block other threads.
enum MallocTrimmer {
    private static let interval = Duration.seconds(2)

    /// The size in bytes from which a buffer is returned to the system when it is freed. By default, `malloc` raises this
    /// threshold up to 32 MB, and each arena would keep the memory of a few large requests indefinitely.
    private static let largeBuffer: Int32 = 4 << 20

    /// Checks the load every `interval`, until the task is cancelled.
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
                // Without a thread, `malloc` keeps the memory for the next peak.
                continuation.resume()
            }
        }
    }
}
