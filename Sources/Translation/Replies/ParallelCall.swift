internal import JSON

/// A call of `parallel`, a tool that models occasionally call although the client did not declare it: they were trained to
/// wrap several calls in one. The wrapper contains the calls that they mean:
/// `{"tool_uses":[{"recipient_name":"functions.get_weather","parameters":{…}},…]}`.
struct ParallelCall {
    /// One of the wrapped calls.
    struct Inner: Sendable {
        let id: String
        let name: String
        /// JSON, as the model wrote it.
        let arguments: String

        /// Writes the members of `function`.
        func write(to writer: inout Writer) {
            writer.member("name", name)
            writer.member("arguments", arguments)
        }
    }

    let calls: [Inner]

    /// Nil if the call does not have this form; it is then passed on unchanged.
    init?(_ item: Value) {
        guard let id = item["call_id"]?.string, let arguments = item["arguments"]?.string else { return nil }
        self.init(id: id, arguments: arguments)
    }

    init?(id: String, arguments: String) {
        guard let root = try? Document(parsing: Array(arguments.utf8), maximumDepth: 512).root,
            let uses = root["tool_uses"], uses.hasElements
        else { return nil }
        var calls: [Inner] = []
        for use in uses.elements {
            guard let name = use["recipient_name"]?.string, let parameters = use["parameters"],
                parameters.kind == .object
            else { return nil }
            // The first call keeps the id, because cached reasoning is looked up by it.
            calls.append(
                Inner(
                    id: calls.isEmpty ? id : "\(id)_\(calls.count + 1)", name: Self.withoutNamespace(name),
                    arguments: String(decoding: parameters.text, as: UTF8.self)))
        }
        self.calls = calls
    }

    /// Whether a call or a tool has the wrapper's name.
    static func isWrapper(_ item: Value) -> Bool {
        item["name"].map(isWrapperName) ?? false
    }

    static func isWrapperName(_ name: Value) -> Bool {
        name.isString("parallel") || name.isString("multi_tool_use.parallel")
    }

    private static func withoutNamespace(_ name: String) -> String {
        name.hasPrefix("functions.") ? String(name.dropFirst("functions.".count)) : name
    }
}
