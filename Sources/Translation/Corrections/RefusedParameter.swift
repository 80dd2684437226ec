public import JSON
internal import Models

/// A parameter that upstream rejects although the catalogue does not say so, as read from upstream's error.
///
/// Whether a model accepts a parameter may depend on the effort and on the value. A finding applies only to the same effort
/// and value.
public struct RefusedParameter: Sendable, Hashable {
    /// Its path in the body: `temperature`, `text.verbosity`.
    let path: [String]
    /// The reasoning effort of the request that was rejected.
    private let effort: String?
    /// The rejected value, as JSON; nil if every value is rejected.
    private let value: [UInt8]?
    /// The value to send instead; nil to leave the parameter out.
    let substitute: String?

    /// Reads an error. Nil if it is of another kind, or about a parameter that a request cannot do without.
    ///
    /// - Parameters:
    ///   - body: the body of upstream's error.
    ///   - request: the body of the request that upstream rejected.
    public init?(_ body: Value, refusing request: Value) {
        guard let error = body.given("error"), error.kind == .object, let param = error["param"]?.string,
            let kind = Kind(error)
        else { return nil }
        path = param.split(separator: ".").map(String.init)
        guard Self.mayBeRemoved(path), let value = request.member(at: path) else { return nil }
        effort = request.effort
        substitute = Self.isEffort(path) ? Self.substitute(for: value, error) : nil
        // An invalid value is the client's mistake, unless it is an effort that other models support.
        guard kind != .invalid || substitute != nil else { return nil }
        // `include` is a list; another list may be accepted.
        let isByValue = kind != .parameter || path == ["include"]
        self.value = isByValue && value.text.count <= Self.maximumValueSize ? Array(value.text) : nil
    }

    private static func isEffort(_ path: [String]) -> Bool {
        path == ["reasoning", "effort"] || path == ["reasoning_effort"]
    }

    /// The nearest of the efforts that the error lists: `Supported values are: 'low', 'medium', and 'high'.`
    private static func substitute(for effort: Value, _ error: Value) -> String? {
        guard let asked = effort.string.flatMap(Effort.init(rawValue:)), let message = error["message"]?.string,
            let list = message.firstRange(of: "Supported values are")
        else { return nil }
        let words = message[list.upperBound...].split { $0 == "'" || $0 == "\"" || $0 == "`" }
        return asked.nearest(in: words.compactMap { Effort(rawValue: String($0)) }.filter { $0 != asked })?.rawValue
    }

    /// Combines this finding with others: if two values of a parameter were rejected, every value is assumed to be
    /// rejected.
    public func joined(with others: [RefusedParameter]) -> RefusedParameter {
        guard value != nil, path != ["include"], !Self.isEffort(path),
            others.contains(where: { $0.path == path && $0.effort == effort && $0 != self })
        else { return self }
        return RefusedParameter(path: path, effort: effort, value: nil)
    }

    /// Whether this finding applies to every request that `other` applies to.
    public func covers(_ other: RefusedParameter) -> Bool {
        path == other.path && effort == other.effort && (value == nil || value == other.value)
    }

    private init(path: [String], effort: String?, value: [UInt8]?) {
        self.path = path
        self.effort = effort
        self.value = value
        substitute = nil
    }

    /// Whether a request has the parameter with the rejected effort and value.
    func isIn(_ request: Value) -> Bool {
        guard let value = request.member(at: path), effort == request.effort else {
            return false
        }
        return self.value.map(value.text.elementsEqual) ?? true
    }

    /// Maximum size of a value that is stored, in bytes. If a larger value is rejected, the finding applies to every value.
    private static let maximumValueSize = 256

    private enum Kind {
        case parameter, value, invalid

        /// Determined by the code. Some errors of the live API have none; for these, by the beginning of the message.
        init?(_ error: Value) {
            let message = error["message"]?.string ?? ""
            switch error["code"]?.string {
            case "unsupported_parameter", "unknown_parameter": self = .parameter
            case "unsupported_value": self = .value
            case "invalid_value": self = .invalid
            case nil where message.hasPrefix("Unsupported parameter") || message.hasPrefix("Unknown parameter"):
                self = .parameter
            case nil where message.hasPrefix("Unsupported value"): self = .value
            default: return nil
            }
        }
    }

    /// Fields that are never removed, because the client relies on them: without them, the model would answer a different
    /// question, upstream would store data against the client's wish, or nothing would bound the cost or protect users.
    private static let indispensable: Set<String> = [
        "model", "messages", "input", "prompt", "tools", "functions", "tool_choice", "function_call", "stream", "store",
        "response_format", "previous_response_id", "conversation", "instructions", "max_output_tokens", "max_tokens",
        "max_completion_tokens", "max_tool_calls", "safety_identifier",
    ]

    private static func mayBeRemoved(_ path: [String]) -> Bool {
        guard let root = path.first, !indispensable.contains(root), path != ["text"] else { return false }
        return path.prefix(2) != ["text", "format"] && path.allSatisfy { !$0.contains("[") }
    }

    /// The notice for a request that is sent without the parameter, or with the substitute.
    func notice(in context: ReplyContext) -> Notice {
        if let substitute {
            return Notice(
                kind: .adjusted, field: "reasoning_effort",
                reason: "is sent as '\(substitute)': upstream rejects '\(effort ?? "")' for \(context.modelSent)")
        }
        let reason = "is left out: upstream rejects it for \(context.modelSent)"
        guard let field = clientField(in: context) else {
            return Notice(kind: .adjusted, field: path[0], reason: reason)
        }
        return Notice(kind: .dropped, field: field, reason: reason)
    }

    /// The client's name for the parameter; nil if the client did not send it.
    private func clientField(in context: ReplyContext) -> String? {
        switch path.prefix(2) {
        case ["reasoning", "effort"], ["reasoning"]: "reasoning_effort"
        case ["text", "verbosity"]: "verbosity"
        case ["stream_options"] where context.hidesUsage, ["stream_options", "include_usage"] where context.hidesUsage:
            nil
        case ["include"]: value?.firstRange(of: Array("logprobs".utf8)) == nil ? nil : "logprobs"
        // The names within other objects, such as `metadata`, may be the client's own. Notices, which are logged, have none.
        default: Self.objectsOfTheAPI.contains(path[0]) ? path.joined(separator: ".") : path[0]
        }
    }

    /// The parameters with members that the API names.
    private static let objectsOfTheAPI: Set<String> = [
        "reasoning", "text", "stream_options", "prompt_cache_options", "moderation", "audio", "prediction",
    ]
}

extension Value {
    /// The reasoning effort of a request of either API.
    fileprivate var effort: String? { (self["reasoning"]?["effort"] ?? self["reasoning_effort"])?.string }

    fileprivate func member(at path: [String]) -> Value? {
        var value = self
        for name in path {
            guard let member = value.members.first(where: { $0.name == name }) else { return nil }
            value = member.value
        }
        return value
    }
}
