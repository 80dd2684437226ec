import JSON
import Models

/// The rules of `POST /responses` for the items of `input`.
enum InputRules {
    private static let messageFields: Set<String> = ["type", "role", "content", "id", "status", "phase"]
    private static let roles = ["assistant", "system", "developer", "user"]
    private static let outputParts = ["output_text", "refusal"]
    private static let inputParts = ["input_text", "input_image", "input_file", "scoped_content", "input_audio"]

    /// The error for reasoning items sent to a model that does not reason.
    static func uselessReasoning(in input: Value, model: Model) -> APIError? {
        guard model.reasoning == .never, firstReasoning(in: input) != nil else { return nil }
        return APIError(
            message: "Reasoning input items can only be provided to a reasoning or computer use model.", param: "input")
    }

    /// The error for a duplicate item.
    private static func duplicate(in input: Value) -> APIError? {
        var known: Set<String> = []
        return input.elements.lazy.compactMap { $0["id"]?.string }.first { !known.insert($0).inserted }.map {
            APIError(
                message: "Duplicate item found with id \($0). Remove duplicate items from your input and try again.",
                param: "input")
        }
    }

    /// The error for the first invalid item.
    static func firstViolation(in input: Value) -> APIError? {
        if let error = duplicate(in: input) { return error }
        for (index, item) in input.elements.enumerated() {
            let type = item["type"]?.string ?? "message"
            let place = "input[\(index)]"
            let error =
                switch type {
                case "message": message(item, at: place)
                case "reasoning": reasoning(item)
                default: call(item, at: place)
                }
            if let error { return error }
        }
        return nil
    }

    private static func message(_ item: Value, at place: String) -> APIError? {
        for member in item.members where !messageFields.contains(member.name) {
            return .unknownParameter("\(place).\(member.name)")
        }
        guard let role = item["role"]?.string else { return .missingParameter("\(place).role") }
        guard roles.contains(role) else { return .invalidValue(role, of: place, supported: roles) }
        guard let content = item.given("content") else { return .missingParameter("\(place).content") }
        let supported = role == "assistant" ? outputParts : inputParts
        for (index, part) in content.elements.enumerated() {
            let type = part["type"]?.string ?? ""
            if !supported.contains(type) {
                return .invalidValue(type, of: "\(place).content[\(index)]", supported: supported)
            }
        }
        return nil
    }

    private static func call(_ item: Value, at place: String) -> APIError? {
        guard let id = item["call_id"]?.string, id.utf8.count > 64 else { return nil }
        return APIError(
            message: """
                Invalid '\(place).call_id': string too long. Expected a string with maximum length 64, but got a string \
                with length \(id.utf8.count) instead.
                """,
            param: "\(place).call_id", code: "string_above_max_length")
    }

    /// The error for reasoning that was not encrypted by the simulator or a recording.
    private static func reasoning(_ item: Value) -> APIError? {
        let sealed = item["encrypted_content"]?.string
        // The live API's encrypted reasoning, as in recordings, begins with this prefix.
        if let sealed, sealed.hasPrefix(CalledTool.seal) || sealed.hasPrefix("gAAAA") { return nil }
        return unsealable(item)
    }

    static func firstReasoning(in input: Value?) -> Value? {
        input?.elements.first { $0["type"]?.isString("reasoning") == true }
    }

    static func unsealable(_ item: Value) -> APIError {
        APIError(
            message: "The encrypted content for item \(item["id"]?.string ?? "") could not be verified.",
            code: "invalid_encrypted_content")
    }

    /// The error for a call without its output among the items, or an output without its call.
    static func unpairedCall(in input: Value) -> APIError? {
        for (call, output, kind) in [
            ("function_call", "function_call_output", "function"),
            ("custom_tool_call", "custom_tool_call_output", "custom tool"),
        ] {
            let calls = callIDs(of: call, in: input)
            let outputs = callIDs(of: output, in: input)
            if let orphan = outputs.first(where: { !calls.contains($0) }) {
                return APIError(
                    message: "No tool call found for \(kind) call output with call_id \(orphan).", param: "input")
            }
            if let orphan = calls.first(where: { !outputs.contains($0) }) {
                return APIError(message: "No tool output found for \(kind) call \(orphan).", param: "input")
            }
        }
        return nil
    }

    private static func callIDs(of type: String, in input: Value) -> [String] {
        input.elements.filter { $0["type"]?.string == type }.compactMap { $0["call_id"]?.string }
    }
}
