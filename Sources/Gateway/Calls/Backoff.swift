/// How long to wait before a retry.
enum Backoff {
    private static let first = Duration.milliseconds(250)
    private static let longest = Duration.seconds(8)
    /// The longest delay that is accepted from upstream. Longer waits are left to the client, which gets the error at once.
    private static let longestAsked = Duration.seconds(60)

    /// Doubles with each retry, minus up to 50 % jitter, so that requests that failed together do not retry together.
    ///
    /// - Parameters:
    ///   - retry: the number of the retry, from 0.
    ///   - asked: the delay that upstream asks for; nil if it asks for none.
    /// - Returns: nil when upstream asks for too long a delay.
    static func delay(retry: Int, asked: Duration?) -> Duration? {
        guard let asked else {
            let full = min(first * (1 << min(retry, 10)), longest)
            return full * Double.random(in: 0.5...1)
        }
        guard asked <= longestAsked else { return nil }
        return asked * Double.random(in: 1...1.1)
    }
}
