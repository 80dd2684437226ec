internal import JSON

/// Fields that the Responses API does not have and that the response's translation emulates.
extension ResponsesPayload {
    /// On `/proxy` the client gets upstream's own response, so nothing can be emulated.
    private var canEmulate: Bool { !front.isProxy }

    mutating func readEmulatedFields() throws(RequestError) {
        guard canEmulate else { return }
        try readStops()
        try readChoiceCount()
        context.unwrapsParallelCalls = !declaresParallel
    }

    /// Whether a field is emulated, and therefore not reported as unsupported.
    func emulates(_ field: String) -> Bool {
        canEmulate && (field == "stop" || field == "n")
    }

    /// Maximum size of a stop sequence, in bytes as it is written in JSON. The same amount of the response may be held
    /// back.
    private static let maximumStopSize = 4096

    private mutating func readStops() throws(RequestError) {
        guard let stop = body.given("stop") else { return }
        guard stop.kind == .string || stop.kind == .array else {
            throw .invalidType("stop", expected: "a string or an array of strings", got: stop.kind.described)
        }
        let sequences = stop.kind == .string ? [stop] : Array(stop.elements)
        guard sequences.count <= 4 else {
            throw RequestError(
                message: "Invalid 'stop': array too long. Expected at most 4 sequences, but got \(sequences.count).",
                param: "stop", code: "array_above_max_length")
        }
        for (index, sequence) in sequences.enumerated() {
            guard let text = sequence.stringContents else {
                throw .invalidType("stop[\(index)]", expected: "a string", got: sequence.kind.described)
            }
            guard text.bytes.count <= Self.maximumStopSize else {
                throw RequestError(
                    message:
                        "Invalid 'stop[\(index)]': string too long. Expected at most \(Self.maximumStopSize) bytes.",
                    param: "stop[\(index)]", code: "string_above_max_length")
            }
            if !text.isEmpty { context.stops.append(text) }
        }
        if !context.stops.isEmpty {
            notices.emulated(
                "stop", "is applied by the proxy: the Responses API has no such field")
        }
    }

    private mutating func readChoiceCount() throws(RequestError) {
        guard let count = body.given("n") else { return }
        guard let count = count.integer else {
            throw .invalidType("n", expected: "an integer", got: count.kind.described)
        }
        guard (1...settings.maximumChoices).contains(count) else {
            let (word, bound) =
                count < 1 ? ("below minimum", ">= 1") : ("above maximum", "<= \(settings.maximumChoices)")
            throw RequestError(
                message: "Invalid 'n': integer \(word) value. Expected a value \(bound), but got \(count) instead.",
                param: "n", code: count < 1 ? "integer_below_min_value" : "integer_above_max_value")
        }
        choiceCount = count
        if count > 1 { notices.emulated("n", "is applied by sending \(count) requests upstream at once") }
    }

    private var declaresParallel: Bool {
        let tools = (body["tools"]?.elements ?? .empty).lazy.compactMap { $0["function"] ?? $0["custom"] }
        let functions = body["functions"]?.elements ?? .empty
        return tools.contains(where: ParallelCall.isWrapper) || functions.contains(where: ParallelCall.isWrapper)
    }

    // MARK: Token limits

    /// The minimum of `max_output_tokens` in the Responses API.
    private static let minimumOutputTokens = 16

    /// If upstream's limit has to be higher than the client's, streams are cut here at exactly the client's limit. Other
    /// responses are not cut, because their tokens have been paid for.
    mutating func writeTokenLimit(to writer: inout Writer) throws(RequestError) {
        guard let limit = try TokenLimit(of: body, notices: &notices) else { return }
        context.limitField = limit.field
        let minimum = Self.minimumOutputTokens
        let headroom = effort.reasons ? settings.reasoningHeadroom : 0
        let (sum, overflows) = max(limit.tokens, minimum).addingReportingOverflow(headroom)
        let sent = overflows ? Int.max : sum
        writtenFields.insert("max_output_tokens")
        writer.member("max_output_tokens", sent)
        guard sent != limit.tokens else { return }
        let reason =
            "is sent as \(sent): "
            + (limit.tokens < minimum ? "\(minimum) is the minimum of the Responses API" : "")
            + (limit.tokens < minimum && headroom > 0 ? ", and " : "")
            + (headroom > 0 ? "\(headroom) are for reasoning" : "")
        if !canEmulate {
            notices.adjusted(limit.field, reason)
        } else if context.streams {
            context.visibleTokenLimit = limit.tokens
            notices.emulated(limit.field, reason + "; the stream is cut after \(limit.tokens)")
        } else {
            notices.dropped(limit.field, reason + "; a response that is not streamed is not cut")
        }
    }
}
