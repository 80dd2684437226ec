public import Models

extension Simulator {
    /// How a simulator behaves towards every request that does not itself ask for something else.
    public struct Configuration: Sendable {
        /// The one key that is accepted; nil accepts any that is not empty.
        public var key: String?

        /// A folder of recorded exchanges, with `requests`, `streams`, `bodies` and `expected` in it; nil: none are played.
        public var vectors: String?

        /// The time between two events of a stream, in milliseconds, from 0 up.
        public var pace: Int

        /// How many text deltas a made-up reply has; nil: an echo of what was asked, a delta for each word.
        public var deltas: Int?

        /// The day on which models that are shut down by then are refused; nil: none is, so that what a test sees does
        /// not depend on when it runs.
        public var day: Day?

        /// The defaults: any key, no recordings, no pause between events, an echo, every model alive.
        public init(
            key: String? = nil, vectors: String? = nil, pace: Int = 0, deltas: Int? = nil, day: Day? = nil
        ) {
            self.key = key
            self.vectors = vectors
            self.pace = pace
            self.deltas = deltas
            self.day = day
        }
    }
}
