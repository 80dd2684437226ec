internal import NIOHTTP1

/// How much of upstream's HTTP is accepted.
enum HTTPLimits {
    /// Names and values of all fields of a response, trailers included.
    static let headByteCount = 64 * 1024

    /// How many bytes may come out of one compressed byte. Text and JSON reach 20, the format itself 1032.
    static let decompressionRatio = 200

    static var decoder: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = headByteCount
        limits.maxHeaderListSize = headByteCount
        return limits
    }
}
