import JSON

extension Plan {
    /// The error that the plan asks for, if the body gives cause for it.
    func refusal(of body: Value) -> APIError? {
        if let refused, body.has(refused.split(separator: ".")[...]) {
            return APIError(
                message: "Unsupported parameter: '\(refused)' is not supported with this model.", param: refused,
                code: "unsupported_parameter")
        }
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
