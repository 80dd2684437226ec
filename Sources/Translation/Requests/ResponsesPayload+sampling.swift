internal import JSON

/// Reasoning, and the parameters that a model may take only without it.
extension ResponsesPayload {
    mutating func writeReasoningAndSampling(to writer: inout Writer) throws(RequestError) {
        if let effort = try notices.effort(effort, model) {
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
            // What asks for the default, which is 1 for both, loses nothing by being left out.
            if Double(number) == 1 { return }
            guard try notices.unsupported(name.description, by: model, effort) else { return }
        }
        writer.member(name, value)
    }

    private mutating func writeLogprobs(to writer: inout Writer) throws(RequestError) {
        guard let wanted = try wantedLogprobs() else {
            if body.given("top_logprobs") != nil { notices.dropped("top_logprobs", "is of no use without 'logprobs'") }
            return
        }
        if !effort.takesSampling, try !notices.unsupported("logprobs", by: model, effort) { return }
        includesLogprobs = true
        if let count = wanted.alternatives { writer.member("top_logprobs", count) }
    }

    /// Whether probabilities are asked for, and of how many alternatives. Chat Completions has two fields for that, the
    /// legacy API one with a number.
    private func wantedLogprobs() throws(RequestError) -> (alternatives: Value?, Void)? {
        guard case .completion = front else {
            return try body.boolIfGiven("logprobs") == true ? (body.given("top_logprobs"), ()) : nil
        }
        return try body.given("logprobs", as: .number).map { ($0, ()) }
    }
}
