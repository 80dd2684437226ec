public import Models

extension Simulator {
    /// The behaviour of a simulator, unless a request asks for something else.
    public struct Configuration: Sendable {
        /// The only key that is accepted; nil accepts any non-empty key.
        public var key: String?

        /// A directory of recorded exchanges, with `requests`, `streams`, `bodies` and `expected` in it; nil: none are played.
        public var vectors: String?

        /// The time between two events of a stream, in milliseconds, at least 0.
        public var pace: Int

        /// The number of text deltas of a generated response; nil: an echo of the prompt, with one delta per word.
        public var deltas: Int?

        /// The simulated date: models shut down by then are rejected. Nil rejects no models, so that test results do not
        /// depend on the date.
        public var day: Day?

        /// The defaults: any key, no recordings, no pause between events, an echo, no model shut down.
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
