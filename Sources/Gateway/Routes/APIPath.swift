/// The path of a request, split at the root of the API: `/v1`, or `/openai` in Azure's API. The web server may mount the
/// program below any prefix.
///
/// Azure's API and the first version of OpenAI's API have the model's name in the path:
/// `/openai/deployments/{name}/chat/completions`, `/v1/engines/{name}/completions`.
struct APIPath {
    /// The path below the root of the API and the model's name, without a leading slash; nil outside the API.
    let below: String?
    /// The model's name in the path; nil if there is none.
    let model: String?
    /// Whether the path is of Azure's API. Its `/openai/v1` has the form of OpenAI's.
    let isAzures: Bool
    /// The last segment.
    let last: Substring?

    init(_ path: String) {
        let segments = Self.segments(of: path)
        last = segments.last
        if let collection = Self.collectionOfModels(in: segments) {
            model = String(segments[collection + 1])
            below = segments[(collection + 2)...].joined(separator: "/")
            isAzures = segments[collection] == "deployments"
        } else {
            let version = segments.lastIndex(of: "v1")
            let root = version ?? segments.lastIndex(of: "openai")
            model = nil
            below = root.map { segments[($0 + 1)...].joined(separator: "/") }
            isAzures = version == nil && root != nil
        }
    }

    /// The query without the version of Azure's API, which OpenAI's does not know; nil if nothing is left.
    func query(_ query: String?) -> String? {
        guard isAzures, let query else { return query }
        let rest = query.split(separator: "&").filter { !$0.hasPrefix("api-version=") }.joined(separator: "&")
        return rest.isEmpty ? nil : rest
    }

    /// The place of `deployments` or `engines` in front of a model's name and a route. A model may be named `v1`.
    private static func collectionOfModels(in segments: [Substring]) -> Int? {
        segments.indices.dropFirst().first { index in
            let (root, collection) = (segments[index - 1], segments[index])
            return segments.count > index + 2
                && (collection == "deployments" && (root == "openai" || root == "v1")
                    || collection == "engines" && root == "v1")
        }
    }

    /// A path's segments; consecutive slashes count as one.
    static func segments(of path: String) -> [Substring] {
        path.utf8.split(separator: UInt8(ascii: "/")).map(Substring.init)
    }
}
