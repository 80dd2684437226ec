extension EventParser {
    /// Whether a stream of events may begin with these bytes, of which there should be six: with a field's name, or a
    /// comment. Nothing else that servers send begins so, neither JSON nor a page.
    public static func recognises(beginning bytes: [UInt8]) -> Bool {
        [":", "data:", "event:", "id:", "retry:"].contains { bytes.starts(with: $0.utf8) }
    }
}
