/// The paths below `/v1` that are handed through (`PASSTHROUGH`): names of routes, with `/*` behind them for all that is
/// below.
public struct PassedPaths: Sendable {
    private var exact: Set<String> = []
    private var below: [String] = []

    /// Reads `embeddings,responses/*`. Nil when an entry is no path.
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

    /// Whether a path, without a slash before it, is handed through. One that climbs never is.
    func contains(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0 == "." || $0 == ".." || $0.isEmpty }) else { return false }
        return exact.contains(path) || below.contains { path.hasPrefix($0) }
    }
}
