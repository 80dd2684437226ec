internal import Access
internal import CGI
internal import Synchronization

/// The value of `Idempotency-Key`, by which upstream recognises a repeated request.
enum IdempotencyKey {
    /// The client's own key if it is valid, since the client may retry as well; otherwise a new one.
    ///
    /// Upstream knows one operator only: of callers who can be told apart, equal keys are made different, so that no caller
    /// gets the response to another's request.
    static func of(_ request: CGI.Request, from caller: Caller.Identity) -> String {
        if let given = request.header("idempotency-key"), given.utf8.count <= 255,
            given.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        {
            return caller == .sharedKey ? given : "gpt-proxy-" + caller.scoped(given)
        }
        return "gpt-proxy-\(process)-\(count.add(1, ordering: .relaxed).newValue)"
    }

    /// Unique to this process. The counter makes the rest unique, so that a request needs no random bytes for its key.
    private static let process = RequestID.random()
    private static let count = Atomic(0)
}
