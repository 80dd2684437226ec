internal import CGI
internal import Models
internal import Scoreboard
internal import Translation

extension Exchange {
    /// What all exchanges of a process share.
    struct Shared: Sendable {
        let upstreams: Upstreams
        let memory: Memory
        let budget: MemoryBudget
        let admission: Admission
        let scoreboard: Scoreboard?
        /// The operator's settings, where neither a location nor a caller's key has others.
        let settings: TranslationSettings
        /// What is known of models.
        let catalogue: Current<Catalogue>
        /// Tells the day, by which models are gone.
        let today: @Sendable () -> Day
    }
}
