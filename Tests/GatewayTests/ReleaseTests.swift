import Testing

@Suite(.timeLimit(.minutes(1)))
struct ReleaseTests {
    /// A heartbeat that started with the last bytes of a stream was never stopped, and kept the response forever.
    @Test(
        arguments: [
            "deltas=3", "deltas=500", "cut=0", "cut=7", "no-terminal", "error-event", "garbage", "cut-head",
            "status=500",
            "size=400000",
        ], ["/proxy", "/v1/chat/completions", "/v1/responses"])
    func `nothing keeps a response after its end`(ending: String, path: String) async throws {
        try await Bench.run(["RETRIES": "0"]) { bench in
            for streams in [true, false] {
                let text = "[simulate \(ending)] x"
                let body =
                    path == "/v1/responses"
                    ? #"{"model":"gpt-4o","stream":\#(streams),"input":"\#(text)"}"#
                    : #"{"model":"gpt-4o","stream":\#(streams),"messages":[{"role":"user","content":"\#(text)"}]}"#
                let isReleased = try await bench.releases(body, path: path)
                #expect(isReleased)
            }
        }
    }
}
