/// The format of a log line (`LOG_FORMAT`).
public enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object.
    case json
    /// Text for people.
    case text
}
