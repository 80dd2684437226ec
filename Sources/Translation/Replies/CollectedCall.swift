internal import JSON

/// A call in a response that is not streamed.
enum CollectedCall {
    /// A call as upstream sent it.
    case item(Value)
    /// One of the calls that upstream wrapped in a call of `parallel`.
    case unwrapped(ParallelCall.Inner)

    /// Writes an element of `tool_calls`.
    func write(to writer: inout Writer) {
        writer.object {
            switch self {
            case .item(let call):
                if let id = call.given("call_id") { $0.member("id", id) }
                if call["type"]?.isString("custom_tool_call") == true {
                    $0.member("type", "custom")
                    $0.name("custom")
                    return $0.object {
                        $0.memberIfGiven("name", of: call)
                        $0.input("input", of: call)
                    }
                }
            case .unwrapped(let call):
                $0.member("id", call.id)
            }
            $0.member("type", "function")
            $0.name("function")
            $0.object { writeFunction(to: &$0) }
        }
    }

    /// Writes the members of `function`.
    func writeFunction(to writer: inout Writer) {
        switch self {
        case .item(let call):
            writer.memberIfGiven("name", of: call)
            writer.input("arguments", of: call)
        case .unwrapped(let call):
            call.write(to: &writer)
        }
    }
}

extension Writer {
    fileprivate mutating func input(_ name: StaticString, of call: Value) {
        if let input = call.given(name)?.inputText { member(name, input.wellFormed) }
    }
}

extension Value {
    /// A call's input. Other servers send it as an object; it then becomes a text, as clients expect it.
    var inputText: StringContents? {
        guard kind == .object || kind == .array else { return stringContents }
        var writer = Writer(reservingCapacity: text.count + 16)
        writer.string(String(decoding: text, as: UTF8.self))
        return (try? Document(parsing: writer.bytes))?.root.stringContents
    }
}
