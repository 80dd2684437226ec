internal import JSON

/// The reasoning effort, and the parameters that some models accept only without reasoning.
extension ResponsesPayload {
    mutating func writeReasoningAndSampling(to writer: inout Writer) throws(RequestError) {
        if let effort = try notices.effort(effort, model) {
            writtenFields.insert("reasoning")
            writer.name("reasoning")
            writer.object { $0.member("effort", effort) }
        }
        try writeSampling("temperature", to: &writer)
        try writeSampling("top_p", to: &writer)
        try writeLogprobs(to: &writer)
    }

    private mutating func writeSampling(
        _ name: StaticString, to writer: inout Writer
    ) throws(RequestError) {
        guard let value = body.given(name) else { return }
        guard let number = value.numberText else {
            throw .invalidType(name.description, expected: "a number", got: value.kind.described)
        }
        if !effort.takesSampling {
            // 1 is the default of both parameters, so that leaving it out changes nothing.
            if Double(number) == 1 { return }
            guard try notices.unsupported(name.description, by: model, effort) else { return }
        }
        writer.member(name, value)
    }

    private mutating func writeLogprobs(to writer: inout Writer) throws(RequestError) {
        guard let wanted = try wantedLogprobs() else {
            if body.given("top_logprobs") != nil { notices.dropped("top_logprobs", "has no effect without 'logprobs'") }
            return
        }
        if !effort.takesSampling, try !notices.unsupported("logprobs", by: model, effort) { return }
        includesLogprobs = true
        if let count = wanted.alternatives { writer.member("top_logprobs", count) }
    }

    /// Whether log probabilities are requested (nil: they are not), and for how many alternatives. Chat Completions has two
    /// fields for this, the legacy API has one with a number.
    private func wantedLogprobs() throws(RequestError) -> (alternatives: Value?, Void)? {
        guard case .completion = front else {
            return try body.boolIfGiven("logprobs") == true ? (body.given("top_logprobs"), ()) : nil
        }
        return try body.given("logprobs", as: .number).map { ($0, ()) }
    }
}
