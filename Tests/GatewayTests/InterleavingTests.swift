import Foundation
import NIOCore
import TestSupport
import Testing

@testable import Gateway

/// One request under every order of what upstream, the client and time can do.
struct InterleavingTests {
    enum Input: CaseIterable {
        case head, text, earlyError, end, cut, tick, clientStops, clientReads, clientLeaves
    }

    enum Kind: CaseIterable {
        case whole, passed, chatStream, responsesStream, proxyStream

        var isStream: Bool { self != .whole && self != .passed }

        var path: String {
            switch self {
            case .whole, .chatStream: "/v1/chat/completions"
            case .passed: "/v1/embeddings"
            case .responsesStream: "/v1/responses"
            case .proxyStream: "/proxy"
            }
        }

        var body: String {
            let stream = isStream ? #""stream":true,"# : ""
            return switch self {
            case .responsesStream: #"{"model":"gpt-5",\#(stream)"input":"Hello"}"#
            default: #"{"model":"gpt-5",\#(stream)"messages":[{"role":"user","content":"Hello"}]}"#
            }
        }

        /// How often a stream's end is in the text.
        func endings(in text: String) -> Int {
            switch self {
            case .whole, .passed: 0
            case .chatStream: text.count(of: "data: [DONE]\n\n")
            case .responsesStream, .proxyStream:
                ["response.completed", "response.failed", "error"]
                    .reduce(0) { $0 + text.count(of: "event: \($1)\n") }
            }
        }
    }

    /// The state of one order of inputs, as the test has caused it.
    private struct Scene {
        let stage: Stage
        let client: Stage.Client
        let kind: Kind
        var hasLeft = false
        var reads = true
        /// The numbers of the connections on which upstream last sent its head, text and the end of a response.
        var headOn = 0
        var endedOn = 0
        var textOn = 0
        var textBefore = ""

        private var isStream: Bool { kind.isStream }
        private var latest: Int { stage.upstream.connections.count }
        private var isAsked: Bool {
            stage.upstream.connections.last.map { $0.isOpen && endedOn < latest } ?? false
        }

        func permits(_ input: Input) -> Bool {
            switch input {
            case .head: isAsked && headOn < latest
            case .text: isStream && isAsked && headOn == latest
            case .earlyError: isStream && isAsked && headOn == latest && textOn < latest
            case .end: isAsked && headOn == latest
            case .cut: isAsked
            case .tick: true
            case .clientStops: reads && !hasLeft
            case .clientReads: !reads && !hasLeft
            case .clientLeaves: !hasLeft
            }
        }

        mutating func play(_ input: Input) throws {
            switch input {
            case .head:
                headOn = latest
                try stage.upstreamSends(isStream ? Scripted.streamHead : String(Scripted.reply.dropLast(9)))
            case .text:
                textOn = latest
                try stage.upstreamSends(Scripted.delta("x"))
            case .earlyError:
                endedOn = latest
                try stage.upstreamSends(Scripted.failed("server_error") + Scripted.end)
            case .end:
                endedOn = latest
                try stage.upstreamSends(
                    isStream ? Scripted.completed + Scripted.end : String(Scripted.reply.suffix(9)))
            case .cut:
                endedOn = latest
                try stage.upstreamCloses()
            case .tick: stage.advance(by: .seconds(10))
            case .clientStops:
                reads = false
                stage.stopReading(client)
            case .clientReads:
                reads = true
                stage.resumeReading(client)
            case .clientLeaves:
                hasLeft = true
                stage.leave(client)
            }
        }

        /// What must hold after each input.
        mutating func violation() -> String? {
            let text = client.text
            defer { textBefore = text }
            if text.count(of: "Status: ") > 1 { return "two heads" }
            if kind.endings(in: text) > 1 { return "two ends" }
            if kind.endings(in: textBefore) == 1, text != textBefore { return "output after the end" }
            let logged = stage.lines.count
            if logged != (client.isAnswered ? 1 : 0) { return "\(logged) log lines" }
            return nil
        }

        /// What must hold when the client has read everything and all time limits have passed.
        mutating func finalViolation() throws -> String? {
            if !reads, !hasLeft { try play(.clientReads) }
            stage.advance(by: .seconds(400))
            if let violation = violation() { return violation }
            guard client.isAnswered else { return "the response does not end" }
            if !hasLeft {
                let (text, isWhole) = (client.text, client.text.contains("Content-Length: "))
                if !text.hasPrefix("Status: ") { return "no response" }
                if !isWhole, kind.endings(in: text) != 1 || !text.hasSuffix("\n\n") {
                    return "a stream without an end"
                }
            }
            if !stage.hasFreePermit { return "a permit is lost" }
            if !stage.hasAllMemory { return "memory is lost" }
            if !stage.upstream.openConnections.isEmpty { return "a connection stays open" }
            return nil
        }
    }

    @Test(arguments: Kind.allCases)
    func `in every order, a request has one response, one log line and no remains`(kind: Kind) async throws {
        let configuration = try await Stage.configuration([
            "MAX_STREAMS": "1", "STREAM_HEAD_DELAY": "10s", "HEARTBEAT": "10s", "IDLE_TIMEOUT": "15s",
            "UPSTREAM_TIMEOUT": "60s", "RETRIES": "1",
        ])
        var count = 0
        try follow([], &count, configuration, kind)
        #expect(count > 300)
    }

    /// The greatest number of inputs.
    private static let longest = 5

    /// Plays the inputs from the beginning, and then each permitted next one after them.
    private func follow(
        _ inputs: [Input], _ count: inout Int, _ configuration: Gateway.Configuration, _ kind: Kind
    ) throws {
        var next: [Input] = []
        try Stage.run(configuration) { stage in
            let client = stage.send(kind.body, path: kind.path)
            var scene = Scene(stage: stage, client: client, kind: kind)
            for input in inputs {
                try scene.play(input)
                if let violation = scene.violation() { Issue.record("\(inputs): \(violation)") }
            }
            if !client.isAnswered { next = Input.allCases.filter { scene.permits($0) } }
            if let violation = try scene.finalViolation() { Issue.record("\(inputs): \(violation)") }
            count += 1
        }
        guard inputs.count < Self.longest else { return }
        for input in next { try follow(inputs + [input], &count, configuration, kind) }
    }
}

extension String {
    fileprivate func count(of part: String) -> Int { components(separatedBy: part).count - 1 }
}
