internal import Upstream

/// Checks whether events arrive without delay.
extension WebServerCheck {
    /// The maximum number of attempts: a busy machine may delay a stream that the web server did not.
    private static var tries: Int { 3 }

    func checkStreams(_ keyHeader: KeyHeader) async throws -> [Finding] {
        // Most client libraries accept gzip.
        let stream = try await findOut("stream", keyHeader, acceptsGzip: true)
        guard let isHeldBack = stream.isHeldBack else {
            return [.problem(subject, "cuts a stream off", remedy: "see the web server's error log")]
        }
        guard !isHeldBack else {
            let isPlainHeldBack = try await findOut("stream", keyHeader, acceptsGzip: false).isHeldBack
            return [heldBack(byCompression: isPlainHeldBack == false, stream.server)]
        }
        let streams = Finding.ok(subject, "streams: each event arrives when it is written")
        guard try await findOut("unmarked-stream", keyHeader, acceptsGzip: true).isHeldBack == true else {
            return [streams]
        }
        return [
            streams,
            .warning(
                subject,
                "streams only because gpt-proxy requests it (X-Accel-Buffering): buffering is on, and delays streams if there is "
                    + "another server before this one or the header is ignored",
                remedy: WebServer.remedy(.passEvents, in: stream.server)),
        ]
    }

    private func heldBack(byCompression: Bool, _ server: WebServer?) -> Finding {
        .problem(
            subject,
            "buffers streams\(byCompression ? " to compress them" : ""): all events arrive at once, at the end",
            remedy: WebServer.remedy(byCompression ? .sendUncompressed : .passEvents, in: server))
    }

    /// - Returns: whether all attempts were delayed; nil if one was incomplete.
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
