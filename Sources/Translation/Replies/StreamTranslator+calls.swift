internal import JSON

// Calls of functions and of custom tools.

extension StreamTranslator {
    struct Call: Sendable {
        /// The call's place among the reply's calls, which is not its place among the items.
        let index: Int
        let isCustom: Bool
        var hasInput = false

        /// What the call's input is named, in both APIs.
        var inputField: StaticString { isCustom ? "input" : "arguments" }
    }

    /// Begins a call: all of it but its input.
    mutating func begin(_ item: Value, at index: Int, isCustom: Bool, into output: inout [UInt8]) {
        // Text beside a call is what the client shows: there will be no other answer.
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

    /// The calls within one of `parallel`; where there are none, the call itself.
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

    /// A piece of a call's input. One of a call that was not announced waits for the item that is done.
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

    /// A call's whole input: news only where no delta came.
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
