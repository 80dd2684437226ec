public import JSON
internal import Models

/// A parameter that upstream refuses although the parameter table (`ParameterSupport`) says nothing of it: what the error
/// of such a refusal says.
///
/// Whether a model takes a parameter may depend on the effort, and on the value: a finding is good for those only.
public struct RefusedParameter: Sendable, Hashable {
    /// Where it stands in the body: `temperature`, `text.verbosity`.
    let path: [String]
    /// The reasoning effort of the request that was refused.
    private let effort: String?
    /// The value, in JSON, if that was the cause; nil when every value is.
    private let value: [UInt8]?
    /// What is sent in its place; nil when nothing is.
    let substitute: String?

    /// Reads a refusal. Nil when it is of another kind, or about what a request cannot do without.
    ///
    /// - Parameters:
    ///   - body: upstream's error body.
    ///   - request: the body that it refused.
    public init?(_ body: Value, refusing request: Value) {
        guard let error = body.given("error"), error.kind == .object, let param = error["param"]?.string,
            let kind = Kind(error)
        else { return nil }
        path = param.split(separator: ".").map(String.init)
        guard Self.mayBeRemoved(path), let value = request.member(at: path) else { return nil }
        effort = request.effort
        substitute = Self.isEffort(path) ? Self.substitute(for: value, error) : nil
        // An invalid value is the client's mistake, but for an effort that some models have.
        guard kind != .invalid || substitute != nil else { return nil }
        // What is asked to be included is a list: another list may do.
        let isByValue = kind != .parameter || path == ["include"]
        self.value = isByValue && value.text.count <= Self.maximumValueSize ? Array(value.text) : nil
    }

    private static func isEffort(_ path: [String]) -> Bool {
        path == ["reasoning", "effort"] || path == ["reasoning_effort"]
    }

    /// The nearest of the efforts that a refusal lists: `Supported values are: 'low', 'medium', and 'high'.`
    private static func substitute(for effort: Value, _ error: Value) -> String? {
        guard let asked = effort.string.flatMap(Effort.init(rawValue:)), let message = error["message"]?.string,
            let list = message.firstRange(of: "Supported values are")
        else { return nil }
        let words = message[list.upperBound...].split { $0 == "'" || $0 == "\"" || $0 == "`" }
        return asked.nearest(in: words.compactMap { Effort(rawValue: String($0)) }.filter { $0 != asked })?.rawValue
    }

    /// This finding beside others: of a parameter of which two values were refused, every value is taken to be.
    public func joined(with others: [RefusedParameter]) -> RefusedParameter {
        guard value != nil, path != ["include"], !Self.isEffort(path),
            others.contains(where: { $0.path == path && $0.effort == effort && $0 != self })
        else { return self }
        return RefusedParameter(path: path, effort: effort, value: nil)
    }

    /// Whether every request that has what `other` found has what this one found.
    public func covers(_ other: RefusedParameter) -> Bool {
        path == other.path && effort == other.effort && (value == nil || value == other.value)
    }

    private init(path: [String], effort: String?, value: [UInt8]?) {
        self.path = path
        self.effort = effort
        self.value = value
        substitute = nil
    }

    /// Whether a request has the parameter, in the way that was refused.
    func isIn(_ request: Value) -> Bool {
        guard let value = request.member(at: path), effort == request.effort else {
            return false
        }
        return self.value.map(value.text.elementsEqual) ?? true
    }

    /// The largest value that is told from others, in bytes.
    private static let maximumValueSize = 256

    private enum Kind {
        case parameter, value, invalid

        /// By the code, or where there is none, as with some refusals of the live API, by how the message begins.
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

    /// What a request is about, or what its sender relies on: without it, another question would be answered, or one's
    /// words kept that were not to be.
    private static let indispensable: Set<String> = [
        "model", "messages", "input", "prompt", "tools", "functions", "tool_choice", "function_call", "stream", "store",
        "response_format", "previous_response_id", "conversation", "instructions",
    ]

    private static func mayBeRemoved(_ path: [String]) -> Bool {
        guard let root = path.first, !indispensable.contains(root), path != ["text"] else { return false }
        return path.prefix(2) != ["text", "format"] && path.allSatisfy { !$0.contains("[") }
    }

    /// What to say of a request that goes without it.
    func notice(in context: ReplyContext) -> Notice {
        if let substitute {
            return Notice(
                kind: .adjusted, field: "reasoning_effort",
                reason: "is sent as '\(substitute)': upstream refuses '\(effort ?? "")' with \(context.modelSent)")
        }
        let reason = "is left out: upstream refuses it with \(context.modelSent)"
        guard let field = clientField(in: context) else {
            return Notice(kind: .adjusted, field: "include", reason: reason)
        }
        return Notice(kind: .dropped, field: field, reason: reason)
    }

    /// The client's name for it; nil for what it did not ask for.
    private func clientField(in context: ReplyContext) -> String? {
        switch path.prefix(2) {
        case ["reasoning", "effort"], ["reasoning"]: "reasoning_effort"
        case ["text", "verbosity"]: "verbosity"
        case ["include"]: value?.firstRange(of: Array("logprobs".utf8)) == nil ? nil : "logprobs"
        case ["max_output_tokens"]: context.limitField
        default: path.joined(separator: ".")
        }
    }
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
