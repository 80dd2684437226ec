internal import CGI
internal import Synchronization

/// What tells upstream that two requests are one.
enum IdempotencyKey {
    /// The client's own, if it is short and harmless, for it may try again as well; else a new one.
    static func of(_ request: CGI.Request) -> String {
        if let given = request.header("idempotency-key"), given.utf8.count <= 255,
            given.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        {
            return given
        }
        return "gpt-proxy-\(process)-\(count.add(1, ordering: .relaxed).newValue)"
    }

    /// No other process has made this up; chance need not be asked for each request.
    private static let process = RequestID.random()
    private static let count = Atomic(0)
}
