internal import CFastCGI

/// Gives the memory of a crowd that has left back to the system.
///
/// `malloc` would keep it for the next crowd: what is free between the few things that live on is not returned unless it
/// is asked to. That takes a millisecond for some two hundred streams that have ended, so it is not done for fewer.
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
            if connections.crowdHasLeft() { malloc_trim(0) }
        }
    }
}
