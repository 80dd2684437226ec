import Models
import Testing

@testable import Diagnosis

struct UpstreamModelListTests {
    @Test(
        arguments: [
            (#""2026-12-11""#, "2026-12-11"), (#""2026-12-11T00:00:00Z""#, "2026-12-11"), ("1796947200", "2026-12-11"),
            ("null", nil), ("-9223372036854775808", "-292277022657-01-27"), (#""soon""#, nil), ("{}", nil),
            ("1e99", nil),
        ] as [(String, String?)])
    func `a shutdown date is read in each of upstream's formats`(value: String, day: String?) throws {
        let list = try #require(UpstreamModelList(Array(#"{"data":[{"id":"m","shutdown_date":\#(value)}]}"#.utf8)))
        #expect(list.names == ["m"])
        #expect(list.shutdowns["m"]?.description == day)
    }

    @Test(arguments: ["", "[]", "{}", #"{"data":[]}"#, #"{"data":{}}"#, #"{"data":[{"id":1}]}"#])
    func `anything but a model list is rejected`(body: String) {
        #expect(UpstreamModelList(Array(body.utf8)) == nil)
    }
}
