import Testing
import Translation

@testable import Gateway

struct RedactionTests {
    @Test(arguments: [
        ("Incorrect API key provided: sk-proj-abCD1234.", "Incorrect API key provided: sk-***"),
        ("key sk-svcacct-********************abcd is wrong", "key sk-*** is wrong"),
        ("Received=sk-...wxyz", "Received=sk-***"),
        ("Your key 77c1************************9d2e", "Your key ***"),
        ("in organization org-AbCdEf123 on tokens per min", "in organization org-*** on tokens per min"),
        ("project `proj_AbCdEf123`, or proj-AbCdEf123", "project `proj_***`, or proj-***"),
        (#"{"message":"first\norg-AbCdEf123\u000ask-AbCdEf123"}"#, #"{"message":"first\norg-***\u000ask-***"}"#),
        ("the key azure-0123456789 is wrong", "the key *** is wrong"), ("azure-01...6789", "***"),
        (#"{"message":"key sk-proj-UP\u0053TREAM1234 is wrong"}"#, #"{"message":"key sk-*** is wrong"}"#),
        (#"\u0061zure-0123456789"#, "***"), (#"\u0073\u006b-AbCd1234"#, "sk-***"),
    ])
    func `the operator's key, organization and project are redacted`(text: String, expected: String) {
        #expect(Redaction(key: "azure-0123456789").apply(text) == expected)
    }

    @Test(arguments: [
        "", "a task-force of the desk-top kind", "sk- and org- and proj_ alone, and org-example",
        "**bold** and *** between",
        #"{"error":{"code":"rate_limit_exceeded","param":null,"n":1.5e-10}}"#, "Übergröße\u{2028}\0",
        #"a path C:\temp and \\ at the end \"#, #"an escaped backslash: \\u0053, \u005, \u20ac, \u000a"#,
    ])
    func `all other text is unchanged`(text: String) {
        #expect(Redaction(key: "sk-upstream").apply(text) == text)
    }

    @Test func `every text of an error that upstream reports is redacted`() {
        let failure = ReplyFailure(
            message: "bad sk-AbCd1234", type: "sk-AbCd1234", param: "sk-AbCd1234",
            code: String(repeating: "x", count: 300))
        let redacted = HTTPError(failure).redacted(Redaction(key: "sk-upstream"))
        #expect(redacted.message == "bad sk-***")
        #expect((redacted.type, redacted.param, redacted.code) == ("sk-***", "sk-***", nil))
    }

    @Test func `headers are redacted too`() {
        let headers = [
            (name: "x-ratelimit-limit", value: "sk-AbCd1234"), (name: "x-request-id", value: "req_1234567890"),
        ]
        let redacted = Redaction(key: "sk-upstream").apply(headers)
        #expect(redacted.map(\.value) == ["sk-***", "req_1234567890"])
    }
}
