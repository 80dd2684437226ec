/// What one line of the access log says, as far as reports are about it.
///
/// A name is where it stands in the line, with its quotes if it has some: most lines repeat what has been seen, so nothing
/// is decoded before somebody knows that it is new.
struct RequestLine: Equatable {
    /// When the request had ended, in seconds since 1970, UTC.
    var time = 0
    var caller: Range<Int>?
    /// The model that upstream was asked for; the one that the client named where none was.
    var model: Range<Int>?
    var route: Range<Int>?
    /// The HTTP status.
    var status = 0
    /// The log's word for what went wrong.
    var error: Range<Int>?
    var retries = 0
    var tokens = Tokens()
    /// The service tier that upstream served the request in; nil when that is not known.
    var tier: Range<Int>?
    /// The output tokens that were seen of a stream whose tokens upstream did not come to say.
    var outputTokensSeen = 0
    /// In milliseconds.
    var firstByte: Int?
    /// In milliseconds.
    var duration: Int?
    var clientLeft = false

    /// Whether something went wrong that was not the client's leaving.
    var isError: Bool { (status >= 400 || error != nil) && !clientLeft }

    /// Whether all is there that every line of a request has.
    var isWhole: Bool { time > 0 && status > 0 && route != nil && duration != nil }
}

/// What requests took, in tokens.
struct Tokens: Equatable {
    var input = 0
    /// Of `input`, those that upstream had in its cache.
    var cached = 0
    /// Of `input`, those that upstream wrote to its cache.
    var cacheWritten = 0
    var output = 0
    /// Of `output`, those spent on reasoning.
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
    /// The sum, or the largest number there is: upstream may say anything of its tokens.
    func saturatingAdd(_ other: Int) -> Int {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }
}
