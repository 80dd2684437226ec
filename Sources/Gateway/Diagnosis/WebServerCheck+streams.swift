internal import Upstream

/// Whether streams stream.
extension WebServerCheck {
    /// How often a stream is tried: a busy machine may hold one back that the web server did not.
    private static var tries: Int { 3 }

    func checkStreams(_ keyHeader: KeyHeader) async throws -> [Finding] {
        // As most client libraries ask.
        let stream = try await findOut("stream", keyHeader, acceptsGzip: true)
        guard let isHeldBack = stream.isHeldBack else {
            return [.problem(subject, "ends a stream before its end", remedy: "see the web server's error log")]
        }
        guard !isHeldBack else {
            let isPlainHeldBack = try await findOut("stream", keyHeader, acceptsGzip: false).isHeldBack
            return [heldBack(byCompression: isPlainHeldBack == false, stream.server)]
        }
        let streams = Finding.ok(subject, "streams: each event comes when it is written")
        guard try await findOut("unmarked-stream", keyHeader, acceptsGzip: true).isHeldBack == true else {
            return [streams]
        }
        return [
            streams,
            .warning(
                subject,
                "streams only because gpt-proxy asks it to (X-Accel-Buffering): buffering is on, and holds streams back where "
                    + "another server stands before this one or the header is ignored",
                remedy: WebServer.remedy(.passEvents, in: stream.server)),
        ]
    }

    private func heldBack(byCompression: Bool, _ server: WebServer?) -> Finding {
        .problem(
            subject,
            "holds streams back\(byCompression ? " to compress them" : ""): the events come all at once, at the end",
            remedy: WebServer.remedy(byCompression ? .sendUncompressed : .passEvents, in: server))
    }

    /// - Returns: whether even the best of a few streams is held back; nil when one is not whole.
    private func findOut(
        _ word: String, _ keyHeader: KeyHeader, acceptsGzip: Bool
    ) async throws -> (isHeldBack: Bool?, server: WebServer?) {
        var server: WebServer?
        for _ in 0..<Self.tries {
            let response = try await send(word, keyHeader, acceptsGzip: acceptsGzip)
            server = response.webServer
            let pacing = try await Pacing(of: response.body)
            guard pacing.isComplete else { return (nil, server) }
            if !pacing.isHeldBack { return (false, server) }
        }
        return (true, server)
    }
}
