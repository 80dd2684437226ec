import JSON
import TestSupport
import Testing

struct WriterTests {
    @Test func `commas and colons are written in the right places`() {
        let written = written { writer in
            writer.object { writer in
                writer.member("a", 1)
                writer.member("b", "two")
                writer.member("c", true)
                writer.name("d")
                writer.array { writer in
                    writer.null()
                    writer.bool(false)
                    writer.integer(.min)
                    writer.string("")
                    writer.array { _ in }
                    writer.object { _ in }
                    writer.array { $0.array { $0.integer(1) } }
                }
                writer.name("e")
                writer.object { $0.member("f", 2) }
                writer.member("g", 3)
            }
        }
        #expect(
            written == #"{"a":1,"b":"two","c":true,"d":[null,false,-9223372036854775808,"",[],{},[[1]]],"#
                + #""e":{"f":2},"g":3}"#)
    }

    @Test func `only characters that must be escaped are escaped`() throws {
        let everything = String(String.UnicodeScalarView((UInt32(0)..<0x110000).compactMap(Unicode.Scalar.init)))
        let written = written { $0.string(everything) }
        #expect(try value(written).string == everything)
        let controls = (0..<0x20).map { byte in
            switch byte {
            case 0x09: #"\t"#
            case 0x0A: #"\n"#
            case 0x0D: #"\r"#
            default: #"\u00"# + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        #expect(written.hasPrefix("\"" + controls.joined() + ##" !\"#$"##))
        #expect(written.contains(#"Z[\\]"# + "^"))
        #expect(written.utf8.count == everything.utf8.count + 2 + 3 * 1 + 29 * 5 + 2)
    }

    @Test func `characters are escaped at any position of a string`() throws {
        for length in 0..<20 {
            for place in 0...length {
                let before = String(repeating: "x", count: place)
                let after = String(repeating: "é", count: length - place)
                #expect(written { $0.string(before + "\"" + after) } == "\"" + before + #"\""# + after + "\"")
            }
        }
    }

    @Test func `a value is copied byte for byte`() throws {
        let text = #"{ "b" : [ 1.0 , 1e5 ],"a":"\u00e9\/\ud800" }"#
        let original = try value("[ \(text) , 2]")
        let written = written { writer in
            writer.object { writer in
                for element in original.elements { writer.member("x", element) }
                writer.name("all")
                writer.array { $0.value(original) }
            }
        }
        #expect(written == #"{"x":\#(text),"x":2,"all":[[ \#(text) , 2]]}"#)
    }

    @Test func `pieces of a string are joined: new ones escaped, copied ones unchanged`() throws {
        let copied = try contents(#"\u00e9\n\ud83d"#)
        let written = written { writer in
            writer.array { writer in
                writer.string { pieces in
                    pieces.append("\"a\"\n")
                    pieces.append(copied)
                    pieces.append("")
                    pieces.append("é")
                }
                writer.string { _ in }
                writer.string { $0.append(copied.trimmed) }
            }
        }
        #expect(written == #"["\"a\"\n\u00e9\n\ud83dé","","\u00e9\n\ud83d"]"#)
    }

    @Test func `members are copied with their names as written`() throws {
        let original = try value(#"{ "a\u0062" : [ 1 ] , "c":"\/" }"#)
        let written = written { writer in
            writer.object { writer in
                for member in original.members { writer.member(member) }
                for member in original.members {
                    writer.name(text: member.name + "\"\n")
                    writer.value(member.value)
                    if let contents = member.value.stringContents { writer.member("d", contents) }
                }
            }
        }
        #expect(written == #"{"a\u0062":[ 1 ],"c":"\/","ab\"\n":[ 1 ],"c\"\n":"\/","d":"\/"}"#)
    }

    @Test func `an error thrown inside a container is rethrown`() {
        struct Failure: Error {}
        var writer = Writer()
        #expect(throws: Failure.self) {
            try writer.object { writer throws(Failure) in throw Failure() }
        }
    }

    @Test func `written values can be parsed again`() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            var writer = Writer(reservingCapacity: 0)
            let count = writeAnything(to: &writer, depth: 0, &random)
            let document = try Document(parsing: writer.bytes)
            #expect(countValues(document.root) == count)
        }
    }

    /// Writes a random value and returns the number of values in it, including itself.
    private func writeAnything(to writer: inout Writer, depth: Int, _ random: inout SeededGenerator) -> Int {
        switch Int.random(in: 0..<(depth < 5 ? 8 : 5), using: &random) {
        case 0: writer.null()
        case 1: writer.bool(.random(using: &random))
        case 2: writer.integer(.random(in: .min ... .max, using: &random))
        case 3: writer.string(random.text())
        case 4:
            let pieces = (0..<3).map { _ in random.text() }
            writer.string { string in for piece in pieces { string.append(piece) } }
        case 5, 6:
            var count = 1
            writer.array { writer in
                for _ in 0..<Int.random(in: 0..<5, using: &random) {
                    count += writeAnything(to: &writer, depth: depth + 1, &random)
                }
            }
            return count
        default:
            var count = 1
            writer.object { writer in
                for _ in 0..<Int.random(in: 0..<5, using: &random) {
                    writer.name("name")
                    count += writeAnything(to: &writer, depth: depth + 1, &random)
                }
            }
            return count
        }
        return 1
    }

    private func countValues(_ value: Value) -> Int {
        1 + value.elements.reduce(0) { $0 + countValues($1) }
            + value.members.reduce(0) { $0 + countValues($1.value) }
    }

    private func written(_ write: (inout Writer) -> Void) -> String {
        var writer = Writer()
        write(&writer)
        return String(writer.bytes)
    }
}
