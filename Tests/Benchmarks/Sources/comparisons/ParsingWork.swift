import Foundation
import JSON

/// Parsing a request of a long conversation and a short one, once with the module JSON and once with Foundation.
enum ParsingWork {
    static func all() throws -> [(name: String, operation: () -> Void)] {
        let short = conversation(turns: 1)
        let long = conversation(turns: 1000)
        return [
            ("parse \(short.count) bytes: JSON", { _ = try? Document(parsing: short) }),
            ("parse \(short.count) bytes: JSONSerialization", parseWithFoundation(short)),
            ("parse \(long.count) bytes: JSON", { _ = try? Document(parsing: long) }),
            ("parse \(long.count) bytes: JSONSerialization", parseWithFoundation(long)),
        ]
    }

    private static func parseWithFoundation(_ bytes: [UInt8]) -> () -> Void {
        let data = Data(bytes)
        return { _ = try? JSONSerialization.jsonObject(with: data) }
    }

    /// A request with prose, code with escapes, and another script.
    private static func conversation(turns: Int) -> [UInt8] {
        let turn =
            #"{"role":"user","content":[{"type":"text","text":"\#(String(repeating: "The tide turns. ", count: 20))"}]},"#
            + #"{"role":"assistant","content":"\#(String(repeating: #"print(\"hello\")\n"#, count: 20))潮は一日に二度変わる。"},"#
            + #"{"role":"tool","tool_call_id":"call_0123","content":"{\"path\":\"a.py\",\"line\":17}"}"#
        let messages = Array(repeating: turn, count: turns).joined(separator: ",")
        return Array(#"{"model":"gpt-4o","messages":[\#(messages)],"temperature":0.7,"max_tokens":4096}"#.utf8)
    }
}
