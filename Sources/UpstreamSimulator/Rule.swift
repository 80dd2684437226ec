import JSON

/// One thing that the API refuses: looks at a request's body and returns the error, or nil where the body passes.
typealias Rule = @Sendable (_ body: Value) -> APIError?

extension [Rule] {
    /// The error of the first rule that the body breaks.
    func firstViolation(in body: Value) -> APIError? {
        for rule in self {
            if let error = rule(body) { return error }
        }
        return nil
    }
}

/// Rules that both APIs' tables are made of.
enum Rules {
    /// Every member must be one of these.
    static func known(_ names: Set<String>) -> Rule {
        { body in
            body.members.first { !names.contains($0.name) }.map { .unknownParameter($0.name) }
        }
    }

    static func required(_ name: StaticString) -> Rule {
        { body in body.given(name) == nil ? .missingParameter("\(name)") : nil }
    }

    static func minimum(_ least: Int, of name: StaticString) -> Rule {
        { body in
            guard let number = body[name]?.integer, number < least else { return nil }
            return APIError(
                message: """
                    Invalid '\(name)': integer below minimum value. Expected a value >= \(least), but got \(number) instead.
                    """,
                param: "\(name)", code: "integer_below_min_value")
        }
    }

    static func oneOf(_ values: [String], _ name: StaticString) -> Rule {
        { body in
            guard let value = body[name]?.string, !values.contains(value) else { return nil }
            return .invalidValue(value, of: "\(name)", supported: values)
        }
    }

    /// Refused while the model reasons, with the error that `refusal` makes of the value.
    ///
    /// - Parameters:
    ///   - default: a number that is accepted all the same.
    ///   - effort: finds the effort in the body.
    static func refusedWhileReasoning(
        _ name: StaticString, default: Double? = nil, effort: @escaping @Sendable (Value) -> String?,
        refusal: @escaping @Sendable (_ value: String) -> APIError
    ) -> Rule {
        { body in
            guard let value = body.given(name), Model(body["model"]?.string ?? "").reasons(effort: effort(body)) else {
                return nil
            }
            let text = String(decoding: value.text, as: UTF8.self)
            if let `default`, Double(text) == `default` { return nil }
            return refusal(text)
        }
    }
}
