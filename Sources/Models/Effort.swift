/// How much a model thinks before it answers (`reasoning_effort` of Chat Completions, `reasoning.effort` of the Responses
/// API), in ascending order.
public enum Effort: String, Sendable, CaseIterable, Comparable {
    /// None at all; models that take it answer at once.
    case none
    /// What only GPT-5 itself has below `low`.
    case minimal
    /// In words of the API, from here on up.
    case low, medium, high, xhigh
    /// What only the Responses API takes, and only of models from GPT-5.6 on.
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

    /// The effort to send where only some are taken: the smallest that is not below this one, else the largest.
    ///
    /// - Parameter taken: those that are taken, in any order.
    /// - Returns: nil when none is taken.
    public func nearest(in taken: some Sequence<Effort>) -> Effort? {
        taken.min { one, other in
            switch (one >= self, other >= self) {
            case (true, true): one < other
            case (false, false): one > other
            case (let isEnough, _): isEnough
            }
        }
    }
}
