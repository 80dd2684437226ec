internal import CGI

/// A body as it arrives, up to the largest that is taken.
struct BodyBuffer {
    private(set) var bytes: [UInt8] = []

    /// Why there will be no body; nil as long as there may be.
    private(set) var failure: BodyError?

    private let limit: Int
    private var isDiscarding = false

    /// - Parameter limit: the largest body, in bytes.
    init(limit: Int) {
        self.limit = limit
    }

    mutating func reserveCapacity(_ count: Int) {
        bytes.reserveCapacity(count)
    }

    /// Takes what comes next.
    mutating func append(_ piece: RawSpan) {
        guard !isDiscarding else { return }
        guard piece.byteCount <= limit - bytes.count else { return fail(.tooLarge(limit: limit)) }
        piece.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// Keeps nothing, neither of what has come nor of what is to come. The first failure counts.
    mutating func fail(_ error: BodyError) {
        if failure == nil { failure = error }
        discard()
    }

    /// Keeps nothing, because the handler did not ask for the body.
    mutating func discard() {
        isDiscarding = true
        bytes = []
    }

    mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }
}
