/// What is counted. The number is what the file knows it by.
public enum Metric: UInt16, Sendable, CaseIterable {
    /// Requests, by caller, route, model sent and status.
    case requests = 1
    /// Requests that failed, by route and the log's word for the failure.
    case errors = 2
    /// Input, cached, output and reasoning tokens, in this order, by caller, route and model sent.
    case tokens = 3
    /// Requests upstream that were sent again.
    case retries = 4
    /// Requests whose client left before their end.
    case clientLeft = 5
    /// Output tokens that were not made because upstream was left with the client, or at a stop sequence: an estimate.
    case savedOutputTokens = 6
    /// Requests from which a parameter was left out, by parameter.
    case droppedParameters = 7
    /// Requests that found all places taken.
    case placesExhausted = 8
    /// Seconds from a request to the end of its reply, by route, model sent and error; a histogram.
    case duration = 9
    /// Seconds from a request to its reply's first byte, by route and model sent; a histogram.
    case firstByte = 10
    /// Input tokens of a request, by route and model sent; a histogram.
    case inputTokens = 11
    /// Output tokens of a request, by route and model sent; a histogram.
    case outputTokens = 12
    /// Log lines that were dropped because the queue was full or a write failed.
    case lostLogLines = 13

    /// The names of the labels, in their order.
    public var labels: [String] {
        switch self {
        case .requests: ["caller", "route", "model", "status"]
        case .errors: ["route", "error"]
        case .tokens: ["caller", "route", "model"]
        case .retries, .clientLeft, .savedOutputTokens, .placesExhausted, .lostLogLines: []
        case .droppedParameters: ["parameter"]
        case .duration: ["route", "model", "error"]
        case .firstByte, .inputTokens, .outputTokens: ["route", "model"]
        }
    }

    /// The bounds of a histogram; nil for what is only added up.
    public var bounds: Bounds? {
        switch self {
        case .duration: .duration
        case .firstByte: .firstByte
        case .inputTokens, .outputTokens: .tokens
        default: nil
        }
    }

    /// How many numbers a series has: for a histogram its buckets, the last without a bound, and the sum.
    var width: Int {
        if let bounds { return bounds.values.count + 2 }
        return self == .tokens ? 4 : 1
    }
}
