extension EventParser {
    /// Whether an event stream may begin with these bytes (six are enough): with a field's name or a comment. Other content
    /// that servers send, such as JSON or HTML, never begins like this.
    public static func recognises(beginning bytes: [UInt8]) -> Bool {
        [":", "data:", "event:", "id:", "retry:"].contains { bytes.starts(with: $0.utf8) }
    }
}
