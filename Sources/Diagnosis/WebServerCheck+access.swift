internal import Upstream

/// Checks whether requests reach gpt-proxy, complete and with their keys.
extension WebServerCheck {
    /// - Returns: the header in which the key reaches gpt-proxy, nil if no request does; and the finding.
    func checkAccess() async throws(UpstreamError) -> (keyHeader: KeyHeader?, finding: Finding) {
        let response = try await send("body", .authorization)
        if try await bodySize(in: response) != nil {
            return (.authorization, .ok(subject, "passes requests to gpt-proxy"))
        }
        guard response.isOurs else { return (nil, answerOfAnother(response)) }
        guard response.status == 401 else { return (nil, answerOfOurs(response)) }
        guard try await bodySize(in: send("body", .apiKey)) != nil else {
            return (nil, .problem(subject, "reaches gpt-proxy, which rejects the key", remedy: Self.keyRemedy))
        }
        let text = "does not pass the header Authorization to gpt-proxy, in which most clients send their key"
        return (.apiKey, .problem(subject, text, remedy: WebServer.remedy(.passKey, in: response.webServer)))
    }

    private static let keyRemedy =
        "check whether the process was restarted after the key was changed, and has the settings of this check "
        + "(--env-file); --key-file selects another key"

    /// The finding for an error response of gpt-proxy's.
    private func answerOfOurs(_ response: Response) -> Finding {
        if response.status == 404 {
            return .problem(
                subject, "reaches gpt-proxy, but without the path",
                remedy: WebServer.remedy(.passPath, in: response.webServer))
        }
        return .problem(
            subject, "reaches gpt-proxy, which answers with status \(response.status)",
            remedy: response.status == 400
                ? "check whether the running process has this version" : "see its log for the request")
    }

    /// The finding for a response that is not gpt-proxy's, but the web server's or another program's.
    private func answerOfAnother(_ response: Response) -> Finding {
        let server = response.webServer
        let name = server?.rawValue ?? "the web server"
        switch response.status {
        case 300..<400:
            return .problem(
                subject, "redirects to another address",
                remedy: "use that address, for clients and for this check")
        case 404, 405:
            return .problem(
                subject, "gets status \(response.status) from \(name) itself",
                remedy: WebServer.remedy(.handOver, in: server))
        case 401, 403:
            return .problem(
                subject, "is rejected by \(name) itself, with status \(response.status)",
                remedy: "remove the password or address restriction for this path")
        case 500...:
            return .problem(
                subject, "does not reach gpt-proxy through \(name), which answers with status \(response.status)",
                remedy: WebServer.remedy(.reach, in: server) + ". See the web server's error log, and check --socket")
        default:
            return .problem(
                subject, "gets status \(response.status) from another program",
                remedy: WebServer.remedy(.handOver, in: server))
        }
    }

    /// Sends a large body. Servers reject it in several ways: with a response before the body is complete, or by closing
    /// the connection.
    func checkBody(_ keyHeader: KeyHeader) async -> Finding {
        let body = [UInt8](repeating: UInt8(ascii: " "), count: bodySize)
        let size = bodySize >= 1 << 20 ? "\(bodySize >> 20) MB" : "\(bodySize) bytes"
        var server: WebServer?
        let fault: String
        do throws(UpstreamError) {
            let response = try await send("body", keyHeader, body: body)
            server = response.webServer
            if try await bodySize(in: response) == bodySize { return .ok(subject, "accepts a body of \(size)") }
            fault = "gets status \(response.status)"
        } catch {
            fault = "is cut off (\(error))"
        }
        return .problem(
            subject, "does not accept a body of \(size), which \(fault)",
            remedy: WebServer.remedy(.takeLargeBodies, in: server))
    }
}
