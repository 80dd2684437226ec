import Foundation
import JSON
import Testing
import UpstreamSimulator

@Suite(.timeLimit(.minutes(1)))
struct SpokenReplyTests {
    private static let options = #","modalities":["text","audio"],"audio":{"voice":"alloy","format":"pcm16"}"#
    private static let said = "You said: Hello (gpt-audio-1.5)"

    @Test func `if audio is requested, the text is its transcript`() async throws {
        try await withSimulator { port, _ in
            let request = Request.chat(of: "gpt-audio-1.5", options: Self.options)
            let completion = try await Client.send(request, to: port).json()
            let message = try #require(completion["choices"]?.elements.first { _ in true }?["message"])
            let audio = try #require(message["audio"])
            #expect(message["content"]?.isNull == true)
            #expect(audio["transcript"]?.string == Self.said)
            #expect(audio["id"]?.string?.hasPrefix("audio_") == true)
            #expect(audio["expires_at"]?.integer ?? 0 > completion["created"]?.integer ?? 0)
            #expect(Data(base64Encoded: audio["data"]?.string ?? "")?.isEmpty == false)
        }
    }

    @Test func `an audio stream has an identifier, then the transcript, then the data`() async throws {
        try await withSimulator { port, _ in
            let request = Request.chat(of: "gpt-audio-1.5", options: #","stream":true"# + Self.options)
            let chunks = try await Client.send(request, to: port).events()
            let deltas = chunks.compactMap { $0["choices"]?.elements.first { _ in true }?["delta"] }
            let pieces = deltas.compactMap { $0["audio"] }
            let transcript = pieces.compactMap { $0["transcript"]?.string }.joined()
            let data = pieces.compactMap { $0["data"]?.string }
            #expect(pieces.first?["id"]?.string?.hasPrefix("audio_") == true)
            #expect(transcript == Self.said)
            #expect(!data.isEmpty)
            for piece in data { #expect(Data(base64Encoded: piece) != nil) }
            #expect(pieces.last?["expires_at"] != nil)
            #expect(!deltas.contains { $0["content"]?.string != nil })
        }
    }

    @Test func `without audio there is no transcript`() async throws {
        try await withSimulator { port, _ in
            let reply = try await Client.send(.chat(options: #","modalities":["text"]"#), to: port)
            #expect(!reply.text.contains("transcript"))
        }
    }
}
