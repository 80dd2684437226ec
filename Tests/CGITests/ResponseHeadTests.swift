import CGI
import Testing

struct ResponseHeadTests {
    @Test func `a head is a status line, the headers in order and an empty line`() {
        var head = ResponseHead(status: 200, headers: [("Content-Type", "application/json"), ("X-B", "1")])
        head.add("X-A", "é: 2, \"3\"")
        head.add("X-B", "")
        #expect(
            text(head)
                == "Status: 200 OK\r\nContent-Type: application/json\r\nX-B: 1\r\nX-A: é: 2, \"3\"\r\nX-B: \r\n\r\n")
    }

    @Test(arguments: [
        (204, "No Content"), (400, "Bad Request"), (413, "Content Too Large"), (429, "Too Many Requests"),
        (502, "Bad Gateway"), (504, "Gateway Timeout"),
    ])
    func `a status has its reason phrase`(_ status: Int, _ reason: String) {
        #expect(text(ResponseHead(status: status)) == "Status: \(status) \(reason)\r\n\r\n")
    }

    @Test func `an unknown status is sent`() {
        #expect(text(ResponseHead(status: 529)).hasPrefix("Status: 529 "))
    }

    @Test(arguments: [
        ("X-A", "1\r\nSet-Cookie: x"), ("X-A", "1\n"), ("X-A", "\r"), ("X-A", "a\0b"), ("X-A\r\nX-C", "1"),
        ("X\nA", "1"),
        ("X-A\0", "1"), ("", "1"), ("X-A: 1, X-C", "1"), ("X A", "1"), ("X-É", "1"), ("Status", "500 Oops"),
        ("status", "1"),
    ])
    func `a header that could inject another is left out`(_ name: String, _ value: String) {
        var head = ResponseHead(status: 200, headers: [("X-First", "1"), (name, value)])
        head.add(name, value)
        head.add("X-Last", "2")
        #expect(text(head) == "Status: 200 OK\r\nX-First: 1\r\nX-Last: 2\r\n\r\n")
    }

    @Test func `a header is found regardless of case, the first of several`() {
        let head = ResponseHead(
            status: 200, headers: [("Retry-After", "1"), ("retry-after", "2"), ("X~", "3"), ("X_2", "4")])
        #expect(head["RETRY-after"] == "1")
        #expect(head["retry-afte"] == nil)
        #expect(head["x_2"] == "4")
    }

    @Test func `only letters are compared without regard to case`() {
        let head = ResponseHead(status: 200, headers: [("X~", "1"), ("X-2", "2")])
        #expect(head["X^"] == nil)
        #expect(head["X\r2"] == nil)
    }

    private func text(_ head: ResponseHead) -> String {
        String(decoding: head.serialized(), as: UTF8.self)
    }
}
