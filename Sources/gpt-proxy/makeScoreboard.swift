internal import Gateway
internal import Scoreboard

/// The scoreboard that a configuration asks for; nil when it asks for none.
func makeScoreboard(_ configuration: Configuration) throws -> Scoreboard? {
    do throws(ScoreboardError) {
        return try configuration.makeScoreboard()
    } catch {
        throw Exit.configuration("STATE_DIR: \(error)")
    }
}
