/// How much a model reasons before it answers (`reasoning_effort` of Chat Completions, `reasoning.effort` of the Responses
/// API), in ascending order.
public enum Effort: String, Sendable, CaseIterable, Comparable {
    /// No reasoning; the model answers at once.
    case none
    /// Supported by GPT-5 only.
    case minimal
    /// Supported by most models that reason; `xhigh` by those from GPT-5.2 on.
    case low, medium, high, xhigh
    /// Supported by the Responses API only, and by models from GPT-5.6 on.
    case max

    public static func < (one: Effort, other: Effort) -> Bool {
        one.rank < other.rank
    }

    private var rank: Int {
        switch self {
        case .none: 0
        case .minimal: 1
        case .low: 2
        case .medium: 3
        case .high: 4
        case .xhigh: 5
        case .max: 6
        }
    }

    /// The effort to send if only some are supported: the lowest one that is at least this effort, otherwise the highest.
    ///
    /// - Parameter supported: the supported efforts, in any order.
    /// - Returns: nil if none is supported.
    public func nearest(in supported: some Sequence<Effort>) -> Effort? {
        supported.min { one, other in
            switch (one >= self, other >= self) {
            case (true, true): one < other
            case (false, false): one > other
            case (let isEnough, _): isEnough
            }
        }
    }
}
