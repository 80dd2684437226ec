internal import JSON

// JSON that responses and chunks have in common.

extension Writer {
    /// Writes a `usage` object of Chat Completions and the legacy API.
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

    /// Writes moderation results in Chat Completions format: lists of results. The Responses API has one result for the
    /// input and one for the output.
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

    /// Writes a copy without white space between its parts, because line breaks would end an event's data.
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

    /// Writes log probabilities in the legacy API's format: one list each of tokens, log probabilities, alternatives and
    /// text offsets.
    ///
    /// - Parameter offset: number of characters of the text before the tokens.
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

    /// Writes a citation of a web page, nested as in Chat Completions, which has no other annotations.
    ///
    /// - Parameter shift: number of characters in the parts before the annotated part.
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

    /// Writes an offset within a part as an offset within the whole text. An offset for which the sum overflows stays the
    /// same.
    private mutating func member(_ name: StaticString, offset: Value?, shift: Int) {
        let offset = offset?.integer ?? 0
        let (shifted, isTooLarge) = offset.addingReportingOverflow(shift)
        member(name, isTooLarge ? offset : shifted)
    }

    /// Writes log probabilities. Both APIs have the same format, except that `bytes` may be missing upstream.
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
    /// Whether this is neither an array nor an object. The text of a scalar has no line breaks and can be copied into an
    /// event's data.
    fileprivate var isScalar: Bool { kind != .array && kind != .object }

    /// Whether this is an array that is not empty.
    var hasElements: Bool { kind == .array && !isEmptyContainer }

    /// The parts of a reasoning item: of its summary, or of the reasoning itself if there is no summary.
    var thoughts: (parts: Elements, areSummary: Bool) {
        if let summary = self["summary"], summary.hasElements { return (summary.elements, true) }
        return (self["content"]?.elements ?? .empty, false)
    }

    /// Whether this part of a message is a refusal and not text.
    var isRefusal: Bool { self["type"]?.isString("refusal") ?? false }

    /// Whether this message is commentary and not the answer.
    var isCommentary: Bool { self["phase"]?.isString("commentary") ?? false }

    /// Whether Chat Completions has this kind of annotation.
    var isURLCitation: Bool { self["type"]?.isString("url_citation") ?? false }
}

extension StringContents {
    /// Number of characters of the text, in Unicode scalars, as annotations count them.
    var characterCount: Int {
        // Without escapes, each scalar has exactly one byte that is not a continuation byte.
        hasEscapes ? scalars.reduce(0) { count, _ in count + 1 } : bytes.count { $0 & 0xC0 != 0x80 }
    }
}
