/// The paths below `/v1` that are passed through (`PASSTHROUGH`): routes, or with a trailing `/*` everything below a path.
public struct PassedPaths: Sendable {
    private var exact: Set<String> = []
    private var below: [String] = []

    /// Parses a list such as `embeddings,responses/*`. Nil if an entry is not a path.
    init?(parsing text: String) {
        for entry in text.split(separator: ",") {
            var path = entry.filter { $0 != " " }
            guard !path.isEmpty, !path.hasPrefix("/"), !path.contains("..") else { return nil }
            if path.hasSuffix("/*") {
                path.removeLast()
                below.append(path)
            } else {
                guard !path.contains("*"), !path.hasSuffix("/") else { return nil }
                exact.insert(path)
            }
        }
    }

    /// Whether a path, without its leading slash, is passed through. A path with `.` or `..` never is.
    func contains(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0 == "." || $0 == ".." || $0.isEmpty }) else { return false }
        return exact.contains(path) || below.contains { path.hasPrefix($0) }
    }
}
