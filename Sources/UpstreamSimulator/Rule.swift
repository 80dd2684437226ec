import JSON

/// One thing that the API refuses: looks at a request and returns the error, or nil where the request passes.
typealias Rule = @Sendable (_ request: ModelRequest) -> APIError?

extension [Rule] {
    /// The error of the first rule that the request breaks.
    func firstViolation(in request: ModelRequest) -> APIError? {
        for rule in self {
            if let error = rule(request) { return error }
        }
        return nil
    }
}

/// Rules that both APIs' tables are made of.
enum Rules {
    /// Every member must be one of these.
    static func known(_ names: Set<String>) -> Rule {
        { request in
            request.body.members.first { !names.contains($0.name) }.map { .unknownParameter($0.name) }
        }
    }

    static func required(_ name: StaticString) -> Rule {
        { request in request.given(name) == nil ? .missingParameter("\(name)") : nil }
    }

    static func minimum(_ least: Int, of name: StaticString) -> Rule {
        { request in
            guard let number = request[name]?.integer, number < least else { return nil }
            return APIError(
                message: """
                    Invalid '\(name)': integer below minimum value. Expected a value >= \(least), but got \(number) instead.
                    """,
                param: "\(name)", code: "integer_below_min_value")
        }
    }

    static func oneOf(_ values: [String], _ name: StaticString) -> Rule {
        { request in
            guard let value = request[name]?.string, !values.contains(value) else { return nil }
            return .invalidValue(value, of: "\(name)", supported: values)
        }
    }

    /// Refused while the model reasons.
    static func notWhileReasoning(_ name: StaticString, advice: String = "") -> Rule {
        { request in
            guard request.reasons, request.given(name) != nil else { return nil }
            return .unsupportedParameter("\(name)", advice: advice)
        }
    }

    /// Refused where the model takes no sampling parameters, with the error that `refusal` makes of the value.
    ///
    /// - Parameter default: a number that is accepted all the same.
    static func sampling(
        _ name: StaticString, default: Double? = nil, refusal: @escaping @Sendable (_ value: String) -> APIError
    ) -> Rule {
        { request in
            guard let value = request.given(name), !request.takesSampling else { return nil }
            let text = String(decoding: value.text, as: UTF8.self)
            if let `default`, Double(text) == `default` { return nil }
            return refusal(text)
        }
    }
}
