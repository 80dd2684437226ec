import Foundation
import JSON
import Testing

/// The public RFC 8259 test suite (github.com/nst/JSONTestSuite), which is not part of this package. The tests run if
/// its files are in `../shared/json-test-suite`; otherwise they are reported as skipped. The other files in this folder
/// check the same rules with fewer examples.
@Suite(.enabled(if: !ConformanceSuite.files.isEmpty, "the files of JSONTestSuite are missing"))
struct ConformanceTests {
    @Test(arguments: ConformanceSuite.files(prefix: "y_"))
    func `a valid text is accepted and completely preserved`(_ name: String) throws {
        let bytes = try ConformanceSuite.read(name)
        let document = try Document(parsing: bytes)
        #expect(document.bytes == bytes)
        #expect(reassembled(document.root) == withoutWhiteSpace(bytes))
    }

    @Test(arguments: ConformanceSuite.files(prefix: "n_"))
    func `an invalid text is rejected with an offset inside it`(_ name: String) throws {
        let bytes = try ConformanceSuite.read(name)
        let error = try #require(refusal(bytes, maximumDepth: .max))
        #expect((0...bytes.count).contains(error.offset))
        let before = refusal(Array(bytes[..<error.offset]), maximumDepth: .max)
        #expect(before.map { $0.offset == error.offset } ?? true, "the text before the offset is not at fault")
    }

    @Test(arguments: ConformanceSuite.files(prefix: "i_"))
    func `implementation-defined texts are accepted or rejected as decided`(_ name: String) throws {
        let decision = try #require(decisions[name], "a new file in the suite")
        let bytes = try ConformanceSuite.read(name)
        guard decision != .accepted else {
            let document = try Document(parsing: bytes)
            let withoutMark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
            #expect(document.bytes == bytes)
            #expect(reassembled(document.root) == withoutWhiteSpace(withoutMark))
            return
        }
        let error = try #require(refusal(bytes))
        #expect(decision == .refused(error.code, at: error.offset))
    }

    @Test func `500 nested arrays are accepted if that depth is allowed`() throws {
        let bytes = try ConformanceSuite.read("i_structure_500_nested_arrays.json")
        #expect(try Document(parsing: bytes, maximumDepth: 500).root.text.count == 1000)
        #expect(refusal(bytes, maximumDepth: 499) != nil)
    }
}

private enum Decision: Equatable {
    case accepted
    case refused(ParseError.Code, at: Int)
}

private let decisions: [String: Decision] = [
    // A number is kept as text, so it can have any size.
    "i_number_double_huge_neg_exp.json": .accepted,
    "i_number_huge_exp.json": .accepted,
    "i_number_neg_int_huge_exp.json": .accepted,
    "i_number_pos_double_huge_exp.json": .accepted,
    "i_number_real_neg_overflow.json": .accepted,
    "i_number_real_pos_overflow.json": .accepted,
    "i_number_real_underflow.json": .accepted,
    "i_number_too_big_neg_int.json": .accepted,
    "i_number_too_big_pos_int.json": .accepted,
    "i_number_very_big_negative_int.json": .accepted,
    // An escaped lone surrogate matches the grammar and is passed on unchanged.
    "i_object_key_lone_2nd_surrogate.json": .accepted,
    "i_string_1st_surrogate_but_2nd_missing.json": .accepted,
    "i_string_1st_valid_surrogate_2nd_invalid.json": .accepted,
    "i_string_incomplete_surrogate_and_escape_valid.json": .accepted,
    "i_string_incomplete_surrogate_pair.json": .accepted,
    "i_string_incomplete_surrogates_escape_valid.json": .accepted,
    "i_string_invalid_lonely_surrogate.json": .accepted,
    "i_string_invalid_surrogate.json": .accepted,
    "i_string_inverted_surrogates_U+1D11E.json": .accepted,
    "i_string_lone_second_surrogate.json": .accepted,
    // Invalid UTF-8 is rejected, including surrogates, overlong forms and code points beyond U+10FFFF.
    "i_string_UTF-8_invalid_sequence.json": .refused(.invalidUTF8, at: 7),
    "i_string_UTF8_surrogate_U+D800.json": .refused(.invalidUTF8, at: 2),
    "i_string_invalid_utf-8.json": .refused(.invalidUTF8, at: 2),
    "i_string_iso_latin_1.json": .refused(.invalidUTF8, at: 2),
    "i_string_lone_utf8_continuation_byte.json": .refused(.invalidUTF8, at: 2),
    "i_string_not_in_unicode_range.json": .refused(.invalidUTF8, at: 2),
    "i_string_overlong_sequence_2_bytes.json": .refused(.invalidUTF8, at: 2),
    "i_string_overlong_sequence_6_bytes.json": .refused(.invalidUTF8, at: 2),
    "i_string_overlong_sequence_6_bytes_null.json": .refused(.invalidUTF8, at: 2),
    "i_string_truncated-utf-8.json": .refused(.invalidUTF8, at: 2),
    // UTF-16, which RFC 8259 no longer allows, is rejected, including its byte order mark.
    "i_string_UTF-16LE_with_BOM.json": .refused(.unexpectedByte(0xFF), at: 0),
    "i_string_utf16BE_no_BOM.json": .refused(.unexpectedByte(0x00), at: 0),
    "i_string_utf16LE_no_BOM.json": .refused(.unexpectedByte(0x00), at: 1),
    // The depth is limited by default; a UTF-8 byte order mark is skipped.
    "i_structure_500_nested_arrays.json": .refused(.tooDeep, at: 64),
    "i_structure_UTF-8_BOM_empty_object.json": .accepted,
]

private enum ConformanceSuite {
    /// The folder next to the package, which contains this file as Tests/JSONTests/ConformanceTests.swift.
    private static let folder = URL(filePath: #filePath)
        .appending(path: "../../../../shared/json-test-suite").standardized

    static let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []

    static func files(prefix: String) -> [String] {
        files.filter { $0.hasPrefix(prefix) }.sorted()
    }

    static func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: name)))
    }
}
