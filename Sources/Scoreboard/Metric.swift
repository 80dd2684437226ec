/// The metrics. The raw value identifies the metric in the file.
public enum Metric: UInt16, Sendable, CaseIterable {
    /// Requests, by caller, route, model sent upstream and status.
    case requests = 1
    /// Requests that failed, by route and error reason as in the log.
    case errors = 2
    /// Input, cached, output and reasoning tokens, in this order, by caller, route and model sent upstream.
    case tokens = 3
    /// Retries of upstream requests.
    case retries = 4
    /// Requests whose client disconnected before the end of the response.
    case clientLeft = 5
    /// An estimate of the output tokens that were not generated because the upstream response was cancelled, either after the
    /// client had disconnected or at a stop sequence.
    case savedOutputTokens = 6
    /// Requests from which a parameter was removed, by parameter.
    case droppedParameters = 7
    /// Requests that were refused because the concurrency limit was reached.
    case placesExhausted = 8
    /// Seconds from the start of a request to the end of its response, by route, model sent upstream and error; a histogram.
    case duration = 9
    /// Seconds from the start of a request to the first byte of its response, by route and model sent upstream; a histogram.
    case firstByte = 10
    /// Input tokens of a request, by route and model sent upstream; a histogram.
    case inputTokens = 11
    /// Output tokens of a request, by route and model sent upstream; a histogram.
    case outputTokens = 12
    /// Log lines that were dropped because the queue was full or a write failed.
    case lostLogLines = 13

    /// The names of the labels, in order.
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

    /// The bounds of a histogram; nil for a counter.
    public var bounds: Bounds? {
        switch self {
        case .duration: .duration
        case .firstByte: .firstByte
        case .inputTokens, .outputTokens: .tokens
        default: nil
        }
    }

    /// The metric's share of the room for series, in parts of ``shareDenominator``. Metrics without labels have one series.
    var share: Int {
        switch self {
        case .requests: 12
        case .tokens: 8
        case .duration: 4
        case .firstByte, .inputTokens, .outputTokens: 2
        case .errors, .droppedParameters: 1
        case .retries, .clientLeft, .savedOutputTokens, .placesExhausted, .lostLogLines: 0
        }
    }

    static let shareDenominator = 32

    /// The number of values in a series. A histogram has its buckets, the last of them without a bound, and the sum.
    var width: Int {
        if let bounds { return bounds.values.count + 2 }
        return self == .tokens ? 4 : 1
    }
}
