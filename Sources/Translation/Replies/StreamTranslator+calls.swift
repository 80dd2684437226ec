internal import JSON

// Function calls and custom tool calls.

extension StreamTranslator {
    struct Call: Sendable {
        var isCustom: Bool
        var id: Value?
        var name: Value?
        /// The call's index among the calls of the response; nil until its beginning is written.
        var index: Int?
        var input = ToldText()
        /// The complete input, if it has arrived before the beginning could be written.
        var wholeInput: Value?

        /// The name of the field with the call's input, in both APIs.
        var inputField: StaticString { isCustom ? "input" : "arguments" }

        /// Takes the id and the name from an item or an event, unless they are known.
        mutating func learn(from value: Value) {
            if index == nil, let type = value["type"]?.string {
                isCustom = type.hasPrefix("custom_tool_call") || type.hasPrefix("response.custom_tool_call")
            }
            if id == nil { id = value.text("call_id") }
            if name == nil { name = value.text("name") }
        }
    }

    /// Writes the beginning of a call as soon as its name and id are known.
    mutating func announce(_ call: Call, _ item: Value, at place: Int, into output: inout [UInt8]) {
        var call = call
        call.learn(from: item)
        items[place] = .call(call)
        guard call.index == nil, let name = call.name, call.id != nil || context.usesFunctions else { return }
        if context.unwrapsParallelCalls, !call.isCustom, ParallelCall.isWrapperName(name) {
            call.input.hold()
            return items[place] = .wrappedCalls(call)
        }
        begin(call, at: place, into: &output)
    }

    /// Writes the beginning of a call, and the input that has arrived.
    private mutating func begin(_ call: Call, at place: Int, into output: inout [UInt8]) {
        var call = call
        // Commentary beside a call becomes the answer: no other answer will follow.
        releaseCommentary(asAnswer: true, into: &output)
        guard cutReason == nil else { return }
        call.index = nextToolIndex
        nextToolIndex += 1
        let madeUp = "call_\(identity.id)_\(nextToolIndex)"
        write(call, at: place, into: &output) { writer in
            if let id = call.id { writer.member("id", id) } else { writer.member("id", madeUp) }
            writer.member("type", call.isCustom ? "custom" : "function")
        } contents: {
            $0.scalarIfGiven("name", call.name)
            $0.member(call.inputField, "")
        }
        guard let whole = call.wholeInput?.inputText else {
            items[place] = .call(call)
            return
        }
        call.wholeInput = nil
        let rest = call.input.complete(whole)
        items[place] = .call(call)
        writeInput(rest, of: call, at: place, into: &output)
    }

    /// Writes a piece of a call's input. It waits if the beginning is not written yet.
    mutating func callInput(
        _ delta: Value?, of place: Int, at position: EventOrder.Position, into output: inout [UInt8]
    ) {
        var call: Call
        switch items[place] {
        case .call(let known), .wrappedCalls(let known): call = known
        // The call was not announced: its name comes later.
        case nil: call = Call(isCustom: false)
        default: return
        }
        guard let delta = delta?.stringContents, !delta.isEmpty else {
            // A delta without its text: the deltas after it wait for the complete input.
            if delta?.stringContents == nil { call.input.hold() }
            return store(call, at: place)
        }
        guard position != .late || !call.input.isComplete else { return }
        if call.index == nil { call.input.hold() }
        let shown = call.input.add(delta)
        store(call, at: place)
        writeInput(shown, of: call, at: place, into: &output)
    }

    /// Handles a call's complete input: writes what is missing of it.
    ///
    /// - Parameter event: the event or item that has the input; it may have the name too.
    mutating func callInputIsDone(_ input: Value?, at place: Int, _ event: Value, into output: inout [UInt8]) {
        if items[place] == nil { items[place] = .call(Call(isCustom: false)) }
        guard case .call(let call) = items[place] else { return }
        if call.index == nil { announce(call, event, at: place, into: &output) }
        guard case .call(var call) = items[place], let whole = input?.inputText else { return }
        guard call.index != nil else {
            call.wholeInput = input
            return items[place] = .call(call)
        }
        let rest = call.input.complete(whole)
        items[place] = .call(call)
        writeInput(rest, of: call, at: place, into: &output)
    }

    /// Handles a complete item.
    mutating func completeCall(_ item: Value, at place: Int, into output: inout [UInt8]) {
        switch items[place] {
        case .wrappedCalls(var call):
            if call.wholeInput == nil { call.wholeInput = item["arguments"] }
            unwrap(call, at: place, into: &output)
        case .call(let call):
            callInputIsDone(item[call.inputField], at: place, item, into: &output)
        default: break
        }
    }

    /// Writes what is still held back of a call at the end of the response.
    mutating func release(_ call: Call, at place: Int, into output: inout [UInt8]) {
        if call.index == nil { begin(call, at: place, into: &output) }
        releaseInput(at: place, into: &output)
    }

    /// Writes the input that is held back, if the call has begun.
    mutating func releaseInput(at place: Int, into output: inout [UInt8]) {
        guard case .call(var call) = items[place], call.index != nil, !call.input.flows else { return }
        let rest = call.input.release()
        items[place] = .call(call)
        writeInput(rest, of: call, at: place, into: &output)
    }

    /// Writes the calls that are wrapped in a call of `parallel`, or the call itself if it does not have that form.
    mutating func unwrap(_ call: Call, at place: Int, into output: inout [UInt8]) {
        var call = call
        let input = call.wholeInput?.inputText.flatMap { $0.isEmpty ? nil : $0 } ?? call.input.release()
        guard let id = call.id?.string, let wrapped = ParallelCall(id: id, arguments: input.decoded) else {
            call.wholeInput = nil
            call.input = ToldText()
            begin(call, at: place, into: &output)
            guard case .call(var call) = items[place] else { return }
            let rest = call.input.complete(input)
            items[place] = .call(call)
            return writeInput(rest, of: call, at: place, into: &output)
        }
        items[place] = .unwrapped
        releaseCommentary(asAnswer: true, into: &output)
        guard cutReason == nil else { return }
        for inner in wrapped.calls {
            var call = Call(isCustom: false)
            call.index = nextToolIndex
            nextToolIndex += 1
            write(call, at: place, into: &output) { writer in
                writer.member("id", inner.id)
                writer.member("type", "function")
            } contents: {
                inner.write(to: &$0)
            }
        }
    }

    private mutating func store(_ call: Call, at place: Int) {
        if case .wrappedCalls = items[place] { items[place] = .wrappedCalls(call) } else { items[place] = .call(call) }
    }

    private mutating func writeInput(
        _ text: StringContents, of call: Call, at place: Int, into output: inout [UInt8]
    ) {
        guard !text.isEmpty else { return }
        write(call, at: place, into: &output) { _ in
        } contents: {
            $0.member(call.inputField, text)
        }
    }

    /// Writes a heartbeat within a call: an empty piece of its input.
    func writeEmptyInput(of call: Call, into output: inout [UInt8]) {
        writer.delta(into: &output) { delta in
            write(call, to: &delta) { _ in
            } contents: {
                $0.member(call.inputField, "")
            }
        }
    }

    /// Writes a delta with a part of a call, and with the role if it is the first, as OpenAI does. Of several calls, the
    /// legacy `function_call` is the first.
    private mutating func write(
        _ call: Call, at place: Int, into output: inout [UInt8], _ members: (inout Writer) -> Void,
        contents: (inout Writer) -> Void
    ) {
        guard call.index == 0 || !context.usesFunctions else { return }
        lastCall = place
        let isFirst = takeRole()
        writer.delta(into: &output) { delta in
            if isFirst {
                delta.member("role", "assistant")
                delta.name("content")
                delta.null()
            }
            write(call, to: &delta, members, contents: contents)
            if isFirst {
                delta.name("refusal")
                delta.null()
            }
        }
    }

    private func write(
        _ call: Call, to delta: inout Writer, _ members: (inout Writer) -> Void, contents: (inout Writer) -> Void
    ) {
        guard let index = call.index else { return }
        guard !context.usesFunctions else {
            delta.name("function_call")
            return delta.object(contents)
        }
        delta.name("tool_calls")
        delta.array { calls in
            calls.object {
                $0.member("index", index)
                members(&$0)
                $0.name(call.isCustom ? "custom" : "function")
                $0.object(contents)
            }
        }
    }
}

extension Value {
    /// A member that is a string and not empty.
    fileprivate func text(_ name: StaticString) -> Value? {
        self[name].flatMap { $0.kind == .string && !$0.isString("") ? $0 : nil }
    }
}
