internal import CGI

/// Collects a request body as it arrives, up to a maximum size.
struct BodyBuffer {
    private(set) var bytes: [UInt8] = []

    /// Why the body cannot be delivered; nil if nothing has failed.
    private(set) var failure: BodyError?

    private let limit: Int
    private var isDiscarding = false

    /// - Parameter limit: the maximum size of the body, in bytes.
    init(limit: Int) {
        self.limit = limit
    }

    mutating func reserveCapacity(_ count: Int) {
        bytes.reserveCapacity(count)
    }

    /// Appends the next bytes of the body.
    mutating func append(_ piece: RawSpan) {
        guard !isDiscarding else { return }
        guard piece.byteCount <= limit - bytes.count else { return fail(.tooLarge(limit: limit)) }
        piece.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// Records a failure, unless one is recorded already, and discards all received and future bytes.
    mutating func fail(_ error: BodyError) {
        if failure == nil { failure = error }
        discard()
    }

    /// Discards all received and future bytes, because the handler did not ask for the body.
    mutating func discard() {
        isDiscarding = true
        bytes = []
    }

    mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }
}
