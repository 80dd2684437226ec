internal import Translation

extension TranslatedRequest {
    /// What the reply's head tells of the request's translation: the names of what got lost.
    var headers: [(name: String, value: String)] {
        let dropped = notices.filter { $0.kind == .dropped }.map(\.field)
        return dropped.isEmpty ? [] : [("x-gpt-proxy-dropped", dropped.joined(separator: ", "))]
    }
}
