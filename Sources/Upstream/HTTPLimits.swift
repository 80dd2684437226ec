internal import NIOHTTP1

/// Limits for upstream's responses.
enum HTTPLimits {
    /// The maximum size of the names and values of all fields of a response, including trailers.
    static let headByteCount = 64 * 1024

    /// The maximum number of decompressed bytes per compressed byte. Text and JSON reach 20; the format's own maximum is 1032.
    static let decompressionRatio = 200

    static var decoder: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = headByteCount
        limits.maxHeaderListSize = headByteCount
        return limits
    }
}
