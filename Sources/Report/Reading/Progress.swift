internal import Glibc

/// A progress bar on standard error while large logs are read.
struct Progress {
    private let total: Int?
    private let start = ContinuousClock.now
    private var shownAt: ContinuousClock.Instant?

    private static let patience = Duration.milliseconds(500)
    private static let pace = Duration.milliseconds(100)
    private static let width = 30

    /// - Parameter total: the number of stored bytes to read; nil if it is unknown.
    /// - Returns: nil if standard error is not a terminal.
    init?(total: Int?) {
        guard isatty(STDERR_FILENO) == 1 else { return nil }
        self.total = total
    }

    /// Updates the bar, after an initial delay and at a limited rate.
    mutating func update(_ done: Int) {
        let now = ContinuousClock.now
        guard now - start > Self.patience, shownAt.map({ now - $0 > Self.pace }) ?? true else { return }
        shownAt = now
        Self.write("\r" + Self.text(done: done, total: total, after: now - start) + "\u{1B}[K")
    }

    /// Clears the bar.
    mutating func finish() {
        if shownAt != nil { Self.write("\r\u{1B}[K") }
        shownAt = nil
    }

    /// The bar with percentage and rate; without a known total, the amount read and the rate.
    static func text(done: Int, total: Int?, after time: Duration) -> String {
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        let rate = "\(megabytes(Double(done) / max(seconds, 0.001)))/s"
        guard let total, total > 0 else { return "\(megabytes(Double(done)))  \(rate)" }
        let share = min(1, Double(done) / Double(total))
        let full = Int(share * Double(width))
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
        return "\(bar) \(Int(share * 100)) %  \(rate)"
    }

    private static func megabytes(_ count: Double) -> String { "\(Int(count / 1_000_000)) MB" }

    private static func write(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
