import JSON

/// One validation rule of the API: returns the error for a request, or nil if the request is valid.
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

/// Rules used in the tables of both APIs.
enum Rules {
    /// Rejects members that are not in `names`.
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

    /// Rejects the parameter while the model reasons.
    static func notWhileReasoning(_ name: StaticString, advice: String = "") -> Rule {
        { request in
            guard request.reasons, request.given(name) != nil else { return nil }
            return .unsupportedParameter("\(name)", advice: advice)
        }
    }

    /// Rejects the parameter if the model does not accept sampling parameters, with the error that `refusal` returns for the
    /// value.
    ///
    /// - Parameter default: a number that is always accepted.
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
