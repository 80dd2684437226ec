internal import CFastCGI

/// Gives the memory of a crowd that has left back to the system.
///
/// `malloc` would keep it for the next crowd: what is free between the few things that live on is not returned unless it
/// is asked to. That takes a millisecond for some two hundred streams that have ended, so it is not done for fewer.
enum CrowdMemory {
    private static let interval = Duration.seconds(2)

    /// Looks after it until the task is cancelled.
    static func lookAfter(_ connections: Connections) async {
        while (try? await Task.sleep(for: interval)) != nil {
            if connections.crowdHasLeft() { malloc_trim(0) }
        }
    }
}
