import JSON
import Testing

struct ValueTests {
    @Test func `each value has its kind and its source text`() throws {
        let array = try value(" [ null , true,false , -1.50E+2,\"a\\n\" ,[ ] , { \"b\" : 1 } ] ")
        let expected: [(Value.Kind, String)] = [
            (.null, "null"), (.true, "true"), (.false, "false"), (.number, "-1.50E+2"), (.string, #""a\n""#),
            (.array, "[ ]"), (.object, #"{ "b" : 1 }"#),
        ]
        #expect(array.elements.map(\.kind) == expected.map(\.0))
        #expect(array.elements.map { String($0.text) } == expected.map(\.1))
        #expect(array.offset == 1)
        #expect(array.elements.map(\.offset) == [3, 10, 15, 23, 32, 39, 45])
    }

    @Test func `a kind is described in JSON's terms`() throws {
        let described = try value("[null,true,false,1,\"\",[],{}]").elements.map(\.kind.described)
        #expect(described == ["null", "a boolean", "a boolean", "a number", "a string", "an array", "an object"])
    }

    @Test func `accessors for another kind return nil or nothing`() throws {
        for other in try value(#"[null,0,"true",[true],{"a":true}]"#).elements {
            #expect(other.bool == nil)
            #expect(other.isNull == (other.kind == .null))
            #expect(other.kind == .number || other.integer == nil && other.numberText == nil)
            #expect(other.kind == .string || other.string == nil && !other.isString("true"))
            #expect(other.kind == .array || Array(other.elements).isEmpty)
            #expect(other.kind == .object || Array(other.members).isEmpty && other["a"] == nil)
        }
        #expect(try value("true").bool == true)
        #expect(try value("false").bool == false)
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("42", 42), ("-1", -1),
            ("9223372036854775807", .max), ("-9223372036854775808", .min),
            ("9223372036854775808", nil), ("-9223372036854775809", nil), ("1.0", nil), ("1e3", nil), ("1E0", nil),
        ] as [(String, Int?)])
    func `an integer is a number without fraction or exponent that fits`(_ text: String, _ integer: Int?) throws {
        #expect(try value(text).integer == integer)
        #expect(try value(" \(text) ").numberText == text)
    }

    @Test(arguments: ["123456789012345678901234567890", "0.1000", "1E400", "-0.0", "1e-0009"])
    func `a number keeps all of its digits`(_ text: String) throws {
        #expect(try value("[\(text)]").elements.first { _ in true }?.numberText == text)
    }

    @Test func `members keep their order`() throws {
        let object = try value(#"{"z":1,"a":2,"":3,"é":4,"\u0062":5}"#)
        #expect(object.members.map(\.name) == ["z", "a", "", "é", "b"])
        #expect(object.members.map { String($0.nameValue.text) } == [#""z""#, #""a""#, #""""#, #""é""#, #""\u0062""#])
        #expect(object.members.map(\.value.integer) == [1, 2, 3, 4, 5])
    }

    @Test func `a member is found by name, even if the name has escapes`() throws {
        let object = try value(#"{"model":1,"m\u006fdel2":2,"\/":3,"né":{"model":9}}"#)
        #expect(object["model"]?.integer == 1)
        #expect(object["model2"]?.integer == 2)
        #expect(object["/"]?.integer == 3)
        #expect(object["né"]?["model"]?.integer == 9)
        #expect(object["mode"] == nil)
        #expect(object["model22"] == nil)
        #expect(object[""] == nil)
    }

    @Test func `the last of several members with the same name is used`() throws {
        let object = try value(#"{"a":1,"b":{"a":7},"\u0061":2}"#)
        #expect(object["a"]?.integer == 2)
        #expect(object.duplicateMember?.value.integer == 2)
        #expect(object.duplicateMember?.nameValue.offset == 19)
    }

    @Test func `given treats null as absent`() throws {
        let object = try value(#"{"a":null,"b":false}"#)
        #expect(object["a"]?.isNull == true)
        #expect(object.given("a") == nil)
        #expect(object.given("b")?.bool == false)
        #expect(object.given("c") == nil)
    }

    @Test func `members with different names or in different objects are not duplicates`() throws {
        #expect(try value(#"{"a":1,"A":2,"a ":3,"b":{"a":4},"c":{"a":5}}"#).duplicateMember == nil)
        #expect(try value("{}").duplicateMember == nil)
        let many = (0..<1000).map { "\"\($0)\":0" }.joined(separator: ",")
        #expect(try value("{\(many)}").duplicateMember == nil)
        #expect(try value("{\(many),\"7\":1}").duplicateMember?.value.integer == 1)
    }

    /// Swift compares strings by canonical equivalence, JSON by code points (RFC 8259, section 8.3).
    @Test func `canonically equivalent names are different names`() throws {
        #expect(try value("{\"\u{E9}\":1,\"e\u{301}\":2}").duplicateMember == nil)
        #expect(try value(#"{"\u00e9":1,"e\u0301":2}"#).duplicateMember == nil)
        #expect(try value(#"{"K":1,"\u212a":2}"#)["K"]?.integer == 1)
        #expect(try value(#"{"K":1,"\u212a":2}"#).duplicateMember == nil)
        #expect(try value(#""\u212a""#).isString("K") == false)
    }

    @Test func `different lone surrogates are different names`() throws {
        #expect(try value(#"{"\ud800":1,"\ud801":2,"\ufffd":3}"#).duplicateMember == nil)
        #expect(try value(#"{"\ud800":1,"\uD800":2}"#).duplicateMember?.value.integer == 2)
    }

    @Test func `a string is compared by its decoded text`() throws {
        #expect(try value(#""auto""#).isString("auto"))
        #expect(try value(#""a\u0075to""#).isString("auto"))
        #expect(try value(#""auto ""#).isString("auto") == false)
        #expect(try value(#""aut""#).isString("auto") == false)
        #expect(try value(#""""#).isString(""))
        #expect(try value("1").isString("1") == false)
        #expect(try contents(#"\u0061b"#) == "ab")
    }

    @Test func `only arrays and objects without content are empty containers`() throws {
        let emptiness = try value(#"[[],{},[ ],{ },[0],{"a":0},"",null]"#).elements.map(\.isEmptyContainer)
        #expect(Array(Elements.empty).isEmpty)
        #expect(emptiness == [true, true, true, true, false, false, false, false])
    }

    @Test func `a value outlives its document`() throws {
        func inner() throws -> Value? { try value(#"{"a":{"b":"c"}}"#)["a"]?["b"] }
        #expect(try inner()?.string == "c")
    }
}
