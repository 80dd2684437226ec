internal import EventStream

/// The body of a whole response, which upstream sends although a stream was requested. It is collected, and becomes a stream
/// when it is complete.
struct WholeBody {
    private(set) var bytes: [UInt8] = []

    /// - Throws: when the body is too large.
    mutating func append(_ piece: RawSpan) throws(EventParser.EventTooLarge) {
        guard bytes.count + piece.byteCount <= EventParser.defaultMaximumEventSize else {
            throw EventParser.EventTooLarge()
        }
        piece.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
}
