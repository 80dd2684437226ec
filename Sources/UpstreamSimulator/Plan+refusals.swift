import JSON

extension Plan {
    /// The error for a model that is missing according to the plan.
    func modelRefusal(of body: Value) -> APIError? {
        guard let name = body["model"]?.string, missing.contains(name) else { return nil }
        return APIError(
            status: 404, message: "The model `\(name)` does not exist or you do not have access to it.",
            code: "model_not_found")
    }

    /// The error that the plan asks for, if the body meets its condition.
    func refusal(of body: Value) -> APIError? {
        if let refused, body.has(refused.split(separator: ".")[...]) { return .unsupportedParameter(refused) }
        guard unsealFails else { return nil }
        return InputRules.firstReasoning(in: body["input"]).map { InputRules.unsealable($0) }
    }
}

extension Value {
    fileprivate func has(_ path: ArraySlice<Substring>) -> Bool {
        guard let name = path.first else { return true }
        return members.contains { $0.name == name && $0.value.has(path.dropFirst()) }
    }
}
