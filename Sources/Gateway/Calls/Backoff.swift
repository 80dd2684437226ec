/// How long to wait before the next try.
enum Backoff {
    private static let first = Duration.milliseconds(250)
    private static let longest = Duration.seconds(8)
    /// What upstream may ask for. Who has to wait longer should decide that for himself, and be told at once.
    private static let longestAsked = Duration.seconds(60)

    /// Each time twice as long as the time before, less up to a half, lest all that failed together come back together.
    ///
    /// - Parameters:
    ///   - retry: counts from 0.
    ///   - asked: how long upstream wants to be left alone.
    /// - Returns: nil when that is too long.
    static func delay(retry: Int, asked: Duration?) -> Duration? {
        guard let asked else {
            let full = min(first * (1 << min(retry, 10)), longest)
            return full * Double.random(in: 0.5...1)
        }
        guard asked <= longestAsked else { return nil }
        return asked * Double.random(in: 1...1.1)
    }
}
