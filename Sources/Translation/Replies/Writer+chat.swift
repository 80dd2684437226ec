internal import JSON

// Parts that whole replies and chunks write alike.

extension Writer {
    /// A `usage` object of Chat Completions and the legacy API.
    mutating func chatUsage(_ usage: Usage) {
        let (total, overflows) = usage.input.addingReportingOverflow(usage.output)
        object {
            $0.member("prompt_tokens", usage.input)
            $0.member("completion_tokens", usage.output)
            $0.member("total_tokens", overflows ? .max : total)
            $0.name("prompt_tokens_details")
            $0.object {
                $0.member("cached_tokens", usage.cached)
                $0.member("cache_write_tokens", usage.cacheWritten)
                $0.member("audio_tokens", 0)
            }
            $0.name("completion_tokens_details")
            $0.object {
                $0.member("reasoning_tokens", usage.reasoning)
                $0.member("audio_tokens", 0)
                $0.member("accepted_prediction_tokens", 0)
                $0.member("rejected_prediction_tokens", 0)
            }
        }
    }

    /// What moderation found, as Chat Completions has it: lists of results, where the Responses API has one for the input and
    /// one for the output.
    mutating func chatModeration(_ found: Value) {
        object { writer in
            for side in ["input", "output"] {
                writer.name(text: side)
                let result = found.members.first { $0.name == side }?.value
                if let result, result.kind == .object {
                    writer.chatModerationSide(result)
                } else {
                    writer.null()
                }
            }
        }
    }

    private mutating func chatModerationSide(_ result: Value) {
        // An error, or a list already.
        if result["type"]?.isString("error") == true || result["results"] != nil { return onOneLine(result) }
        object {
            $0.member("type", "moderation_results")
            $0.scalarIfGiven("model", result["model"])
            $0.name("results")
            $0.array { $0.onOneLine(result) }
        }
    }

    /// A copy without the white space between its parts: line breaks would end an event's data.
    private mutating func onOneLine(_ value: Value) {
        switch value.kind {
        case .object:
            object { writer in
                for member in value.members {
                    writer.name(text: member.name)
                    writer.onOneLine(member.value)
                }
            }
        case .array: array { writer in for element in value.elements { writer.onOneLine(element) } }
        default: self.value(value)
        }
    }

    /// Tokens' probabilities in the legacy API's form: one list each of tokens, probabilities, alternatives and places in the
    /// text.
    ///
    /// - Parameter offset: how many characters of the text stand before the tokens.
    mutating func completionLogprobs(_ tokens: [Value], after offset: Int) {
        object { writer in
            writer.name("tokens")
            writer.array { for token in tokens { $0.copy(token["token"]) } }
            writer.name("token_logprobs")
            writer.array { for token in tokens { $0.copy(token["logprob"]) } }
            writer.name("top_logprobs")
            writer.array { for token in tokens { $0.alternatives(to: token) } }
            writer.name("text_offset")
            writer.array {
                var offset = offset
                for token in tokens {
                    $0.integer(offset)
                    offset += token["token"]?.stringContents?.characterCount ?? 0
                }
            }
        }
    }

    private mutating func alternatives(to token: Value) {
        object {
            for other in token["top_logprobs"]?.elements ?? .empty {
                guard let name = other["token"]?.string else { continue }
                $0.name(text: name)
                $0.copy(other["logprob"])
            }
        }
    }

    private mutating func copy(_ value: Value?) {
        if let value { self.value(value) } else { null() }
    }

    /// A citation of a web page, nested as Chat Completions has it. Other annotations have no place there.
    ///
    /// - Parameter shift: how many characters of other parts stand before the part that is annotated.
    mutating func chatAnnotation(_ annotation: Value, shift: Int) {
        object {
            $0.member("type", "url_citation")
            $0.name("url_citation")
            $0.object {
                $0.member("end_index", offset: annotation["end_index"], shift: shift)
                $0.member("start_index", offset: annotation["start_index"], shift: shift)
                $0.scalarIfGiven("title", annotation["title"])
                $0.scalarIfGiven("url", annotation["url"])
            }
        }
    }

    /// An offset within a part as one within the reply. One that no text can have stays as it is.
    private mutating func member(_ name: StaticString, offset: Value?, shift: Int) {
        let offset = offset?.integer ?? 0
        let (shifted, isTooLarge) = offset.addingReportingOverflow(shift)
        member(name, isTooLarge ? offset : shifted)
    }

    /// Tokens' probabilities; both APIs write them alike but for `bytes`, which may be missing.
    mutating func chatLogprobs(_ tokens: [Value]) {
        array { writer in
            for token in tokens {
                writer.object {
                    $0.chatLogprob(token)
                    $0.name("top_logprobs")
                    $0.array { writer in
                        for other in token["top_logprobs"]?.elements ?? .empty {
                            writer.object { $0.chatLogprob(other) }
                        }
                    }
                }
            }
        }
    }

    private mutating func chatLogprob(_ token: Value) {
        scalarIfGiven("token", token["token"])
        scalarIfGiven("logprob", token["logprob"])
        name("bytes")
        switch token["bytes"] {
        case nil: array { for byte in (token["token"]?.string ?? "").utf8 { $0.integer(Int(byte)) } }
        case let bytes? where bytes.kind == .array: array { for byte in bytes.elements { $0.scalar(byte) } }
        default: null()
        }
    }

    /// Writes a member with a value copied from a document, unless it is absent, `null`, an array or an object.
    mutating func scalarIfGiven(_ name: StaticString, _ value: Value?) {
        guard let value, value.isScalar, !value.isNull else { return }
        member(name, value)
    }

    private mutating func scalar(_ value: Value) {
        if value.isScalar { self.value(value) }
    }
}

extension Value {
    /// Whether this is neither an array nor an object. Only what is has no line breaks in its text, and may be copied
    /// into an event's data.
    fileprivate var isScalar: Bool { kind != .array && kind != .object }

    /// Whether this is an array with something in it.
    var hasElements: Bool { kind == .array && !isEmptyContainer }

    /// What a reasoning item tells: its summary, or the reasoning itself where there is none.
    var thoughts: (parts: Elements, areSummary: Bool) {
        if let summary = self["summary"], summary.hasElements { return (summary.elements, true) }
        return (self["content"]?.elements ?? .empty, false)
    }

    /// Whether this is a part of a message that holds a refusal and no text.
    var isRefusal: Bool { self["type"]?.isString("refusal") ?? false }

    /// Whether this is a message that the model does not mean as its answer.
    var isCommentary: Bool { self["phase"]?.isString("commentary") ?? false }

    /// Whether this is an annotation that Chat Completions knows.
    var isURLCitation: Bool { self["type"]?.isString("url_citation") ?? false }
}

extension StringContents {
    /// How many characters the text has, in Unicode scalars, as annotations count them.
    var characterCount: Int {
        // Without escapes, each scalar has one byte that is no continuation of another.
        hasEscapes ? scalars.reduce(0) { count, _ in count + 1 } : bytes.count { $0 & 0xC0 != 0x80 }
    }
}
