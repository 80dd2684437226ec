/// The parts of an access log line that reports use.
///
/// A name is stored as its range in the line, including quotes: most names have been seen before, so a name is decoded only if
/// it is new.
struct RequestLine: Equatable {
    /// The end of the request, in seconds since 1970, UTC.
    var time = 0
    var caller: Range<Int>?
    /// The model sent upstream; if there was no upstream request, the model that the client asked for.
    var model: Range<Int>?
    var route: Range<Int>?
    /// The HTTP status.
    var status = 0
    /// The log's error code.
    var error: Range<Int>?
    var retries = 0
    var tokens = Tokens()
    /// The service tier that upstream used; nil if unknown.
    var tier: Range<Int>?
    /// The output tokens seen in a stream that ended before upstream reported its usage.
    var outputTokensSeen = 0
    /// In milliseconds.
    var firstByte: Int?
    /// In milliseconds.
    var duration: Int?
    var clientLeft = false

    /// Whether the request failed, other than by the client's disconnect.
    var isError: Bool { (status >= 400 || error != nil) && !clientLeft }

    /// Whether all mandatory parts of a request line are present.
    var isWhole: Bool { time > 0 && status > 0 && route != nil && duration != nil }
}

/// The tokens that requests used.
struct Tokens: Equatable {
    var input = 0
    /// The part of `input` that upstream read from its cache.
    var cached = 0
    /// The part of `input` that upstream wrote to its cache.
    var cacheWritten = 0
    var output = 0
    /// The part of `output` used for reasoning.
    var reasoning = 0

    var sum: Int { input.saturatingAdd(output) }

    static func += (sum: inout Tokens, other: Tokens) {
        sum.input = sum.input.saturatingAdd(other.input)
        sum.cached = sum.cached.saturatingAdd(other.cached)
        sum.cacheWritten = sum.cacheWritten.saturatingAdd(other.cacheWritten)
        sum.output = sum.output.saturatingAdd(other.output)
        sum.reasoning = sum.reasoning.saturatingAdd(other.reasoning)
    }
}

extension Int {
    /// The sum, or the largest `Int` on overflow: upstream may report any number of tokens.
    func saturatingAdd(_ other: Int) -> Int {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }
}
