import Testing
import Upstream

struct BaseURLTests {
    @Test(arguments: [
        ("https://api.openai.com/v1", Origin(scheme: .https, host: "api.openai.com", port: 443), "/v1"),
        ("https://api.openai.com/v1/", Origin(scheme: .https, host: "api.openai.com", port: 443), "/v1"),
        ("HTTP://LocalHost:8080", Origin(scheme: .http, host: "localhost", port: 8080), ""),
        ("http://localhost/", Origin(scheme: .http, host: "localhost", port: 80), ""),
        ("http://[::1]:8080/a/b", Origin(scheme: .http, host: "::1", port: 8080), "/a/b"),
        ("https://[2001:db8::1]", Origin(scheme: .https, host: "2001:db8::1", port: 443), ""),
    ])
    func `a base is an origin and a path`(text: String, origin: Origin, path: String) throws {
        let base = try BaseURL(text)
        #expect(base.origin == origin)
        #expect(base.path == path)
    }

    @Test(arguments: [
        ("https://host/v1?api-version=preview", "/models", "/v1/models?api-version=preview"),
        ("https://host/v1?a=b&c=d", "/files?limit=1", "/v1/files?limit=1&a=b&c=d"),
        ("https://host?a=b", "/models", "/models?a=b"), ("https://host/v1/?", "/models", "/v1/models"),
    ])
    func `a base's query is part of each request`(text: String, path: String, target: String) throws {
        #expect(try BaseURL(text, mayHaveQuery: true).target(path) == target)
        #expect(throws: InvalidConfiguration.self) { try BaseURL(text + "#x", mayHaveQuery: true) }
    }

    @Test(arguments: [
        "", "api.openai.com", "ftp://x", "https://", "https:///v1", "https://:443", "https://user:s3cret@host/v1",
        "https://host/v1?x=y", "https://host/v1#x", "https://host:0", "https://host:65536", "https://host:x",
        "https://host:", "https://[::1", "https://[::1]x", "https://ho st", "https://hüst", "https://host\r\n/",
    ])
    func `an invalid base is rejected with an error that does not quote it`(_ text: String) {
        let error = #expect(throws: InvalidConfiguration.self) { try BaseURL(text) }
        #expect(error?.reason.contains("s3cret") == false)
    }

    @Test func `an authority omits the default port`() {
        #expect(Origin(scheme: .https, host: "a.test").authority == "a.test")
        #expect(Origin(scheme: .https, host: "a.test", port: 80).authority == "a.test:80")
        #expect(Origin(scheme: .http, host: "::1", port: 81).authority == "[::1]:81")
    }

    @Test(arguments: [
        ("localhost", true), ("LOCALHOST", true), ("a.localhost", true), ("127.0.0.1", true), ("127.1.2.3", true),
        ("::1", true), ("127.example.com", false), ("localhost.example.com", false), ("10.0.0.1", false),
        ("1.127.0.0", false), ("::2", false), ("127.0.0.256", false),
    ])
    func `a host is this machine only if it is loopback`(host: String, isThisMachine: Bool) {
        #expect(Origin(scheme: .http, host: host).isThisMachine == isThisMachine)
    }
}
