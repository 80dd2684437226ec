import Foundation
import Testing
import UpstreamSimulator

/// Checks generated responses against the API's schemas and protocol, if there is a validator next to the package.
@Suite(.timeLimit(.minutes(1)))
struct ValidatorTests {
    private static let validator = URL(filePath: #filePath).appending(path: "../../../../shared/spec/validate.py")
        .standardizedFileURL.path

    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: validator), "no validator at ../shared/spec/validate.py"),
        arguments: [
            ("responses_response", "json", Request.ask("Hello")),
            ("responses_stream_event", "sse", .ask("Hello", stream: true)),
            ("responses_stream_event", "sse", .ask("[simulate error-event]", stream: true)),
            (
                "responses_response", "json",
                .response(of: "gpt-5", options: #","moderation":{"model":"omni-moderation-latest"}"#)
            ),
            ("chat_response", "json", .chat("Hello", options: #","n":2"#)),
            ("chat_response", "json", .chat(of: "gpt-audio-1.5", options: #","modalities":["text","audio"]"#)),
            (
                "chat_chunk", "sse",
                .chat(of: "gpt-audio-1.5", options: #","modalities":["text","audio"],"stream":true"#)
            ),
            ("chat_chunk", "sse", .chat("Hello", options: #","stream":true,"stream_options":{"include_usage":true}"#)),
        ])
    func `a generated response is valid`(schema: String, suffix: String, request: Request) async throws {
        try await withSimulator { port, _ in
            let reply = try await Client.send(request, to: port)
            let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).\(suffix)")
            try Data(reply.body).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["python3", Self.validator, "--closed"]
            if suffix == "sse" { process.arguments?.append("--flow") }
            process.arguments? += [schema, file.path]
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
    }
}
