internal import JSON

// Function calls and custom tool calls.

extension StreamTranslator {
    struct Call: Sendable {
        /// The call's index among the calls of the response, which differs from its index among the output items.
        let index: Int
        let isCustom: Bool
        var hasInput = false

        /// The name of the field with the call's input, in both APIs.
        var inputField: StaticString { isCustom ? "input" : "arguments" }
    }

    /// Writes the beginning of a call, without its input.
    mutating func begin(_ item: Value, at index: Int, isCustom: Bool, into output: inout [UInt8]) {
        // Commentary beside a call becomes the answer: no other answer will follow.
        releaseCommentary(asAnswer: true, into: &output)
        guard cutReason == nil else { return }
        let call = Call(index: nextToolIndex, isCustom: isCustom)
        items[index] = .call(call)
        nextToolIndex += 1
        writeRole(isFollowedByText: false, into: &output)
        if context.usesFunctions {
            guard call.index == 0 else { return }
            return writer.delta(into: &output) { delta in
                delta.name("function_call")
                delta.object {
                    $0.scalarIfGiven("name", item["name"])
                    $0.member("arguments", "")
                }
            }
        }
        writer.toolCall(call, into: &output) { writer in
            writer.scalarIfGiven("id", item["call_id"])
            writer.member("type", isCustom ? "custom" : "function")
        } contents: {
            $0.scalarIfGiven("name", item["name"])
            $0.member(call.inputField, "")
        }
    }

    /// Writes the calls that are wrapped in a call of `parallel`, or the call itself if it does not have that form.
    mutating func unwrap(_ item: Value, at index: Int, into output: inout [UInt8]) {
        guard let wrapped = ParallelCall(item) else {
            begin(item, at: index, isCustom: false, into: &output)
            return remainder(item["arguments"], at: index, into: &output)
        }
        items[index] = .other
        releaseCommentary(asAnswer: true, into: &output)
        guard cutReason == nil else { return }
        writeRole(isFollowedByText: false, into: &output)
        for inner in wrapped.calls {
            let call = Call(index: nextToolIndex, isCustom: false)
            nextToolIndex += 1
            if context.usesFunctions {
                guard call.index == 0 else { return }
                return writer.delta(into: &output) { delta in
                    delta.name("function_call")
                    delta.object { inner.write(to: &$0) }
                }
            }
            writer.toolCall(call, into: &output) { writer in
                writer.member("id", inner.id)
                writer.member("type", "function")
            } contents: {
                inner.write(to: &$0)
            }
        }
    }

    /// Writes a piece of a call's input. If the call was not announced, its input is written when its item is complete.
    mutating func callInput(_ delta: Value?, at index: Int, into output: inout [UInt8]) {
        guard case .call(var call) = items[index], let text = delta?.stringContents, !text.isEmpty else { return }
        call.hasInput = true
        items[index] = .call(call)
        if context.usesFunctions {
            guard call.index == 0 else { return }
            return writer.delta(into: &output) { delta in
                delta.name("function_call")
                delta.object { $0.member("arguments", text) }
            }
        }
        writer.toolCall(call, into: &output) { _ in
        } contents: {
            $0.member(call.inputField, text)
        }
    }

    /// Writes a call's complete input, unless deltas have done so.
    mutating func remainder(_ input: Value?, at index: Int, into output: inout [UInt8]) {
        guard case .call(let call) = items[index], !call.hasInput else { return }
        callInput(input, at: index, into: &output)
    }
}

extension ChunkWriter {
    fileprivate func toolCall(
        _ call: StreamTranslator.Call, into output: inout [UInt8], _ members: (inout Writer) -> Void,
        contents: (inout Writer) -> Void
    ) {
        delta(into: &output) { delta in
            delta.name("tool_calls")
            delta.array { calls in
                calls.object {
                    $0.member("index", call.index)
                    members(&$0)
                    $0.name(call.isCustom ? "custom" : "function")
                    $0.object(contents)
                }
            }
        }
    }
}
