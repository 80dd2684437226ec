import CGI
import Testing

struct RequestTests {
    @Test(arguments: [
        (["SCRIPT_NAME=/v1/chat/completions"], "/v1/chat/completions"),
        (["SCRIPT_NAME=/cgi-bin/gpt-proxy", "PATH_INFO=/v1/models"], "/cgi-bin/gpt-proxy/v1/models"),
        (["SCRIPT_NAME=", "PATH_INFO=/v1/models"], "/v1/models"),
        (["PATH_INFO=/v1/models"], "/v1/models"),
        (["SCRIPT_NAME=/proxy", "PATH_INFO=", "DOCUMENT_URI=/other"], "/proxy"),
        (["DOCUMENT_URI=/proxy"], "/proxy"),
        (["SCRIPT_NAME=proxy"], "/proxy"),
        (["SCRIPT_NAME=/a b/é"], "/a b/é"),
        (["REQUEST_URI=/proxy?x"], "/"),
        ([], "/"),
    ])
    func `the path is assembled from the server's variables`(_ entries: [String], _ path: String) {
        #expect(request(entries).path == path)
    }

    @Test func `method, query and content type are the server's variables`() {
        let request = request(["REQUEST_METHOD=POST", "QUERY_STRING=a=b&c=%20", "CONTENT_TYPE=application/json"])
        #expect(request.method == "POST")
        #expect(request.query == "a=b&c=%20")
        #expect(request.contentType == "application/json")
    }

    @Test func `missing variables are nil, and the default method is GET`() {
        let request = request(["QUERY_STRING=", "CONTENT_TYPE="])
        #expect(request.method == "GET")
        #expect(request.query == nil)
        #expect(request.contentType == nil)
    }

    @Test func `a header is found by its lower-case name`() {
        let request = request([
            "HTTP_AUTHORIZATION=Bearer x", "HTTP_X_API_KEY=k", "HTTP_X_B3_TRACEID=1f", "HTTP_2=two", "HTTP_EMPTY=",
            "CONTENT_TYPE=text/plain", "HTTP_PROXY=evil",
        ])
        #expect(request.header("authorization") == "Bearer x")
        #expect(request.header("x-api-key") == "k")
        #expect(request.header("X-Api-Key") == "k")
        #expect(request.header("x-b3-traceid") == "1f")
        #expect(request.header("2") == "two")
        #expect(request.header("empty") == nil)
        #expect(request.header("absent") == nil)
        #expect(request.header("content-type") == nil)
    }

    private func request(_ entries: [String]) -> Request {
        Request(parameters: Parameters(entries: entries))
    }
}
