internal import Upstream

/// Whether requests get to gpt-proxy, with their keys and whole.
extension WebServerCheck {
    /// - Returns: the header that the key gets through in, nil when no request gets through; and what was found.
    func checkAccess() async throws(UpstreamError) -> (keyHeader: KeyHeader?, finding: Finding) {
        let response = try await send("body", .authorization)
        if try await bodySize(in: response) != nil {
            return (.authorization, .ok(subject, "hands requests to gpt-proxy"))
        }
        guard response.isOurs else { return (nil, answerOfAnother(response)) }
        guard response.status == 401 else { return (nil, answerOfOurs(response)) }
        guard try await bodySize(in: send("body", .apiKey)) != nil else {
            return (nil, .problem(subject, "is refused by gpt-proxy with its key", remedy: Self.keyRemedy))
        }
        let text = "does not hand the header Authorization to gpt-proxy, where most clients have their key"
        return (.apiKey, .problem(subject, text, remedy: WebServer.remedy(.passKey, in: response.webServer)))
    }

    private static let keyRemedy =
        "see whether the process has been restarted since the key was changed, and has the settings of this check "
        + "(--env-file); --key-file names another key"

    /// gpt-proxy is there, but does not understand.
    private func answerOfOurs(_ response: Response) -> Finding {
        if response.status == 404 {
            return .problem(
                subject, "reaches gpt-proxy, but does not tell it the path",
                remedy: WebServer.remedy(.passPath, in: response.webServer))
        }
        return .problem(
            subject, "is answered by gpt-proxy with status \(response.status)",
            remedy: response.status == 400
                ? "see whether the process that runs is of this version" : "see what its log says of the request")
    }

    /// What the web server, or whatever else is there, answers in gpt-proxy's place.
    private func answerOfAnother(_ response: Response) -> Finding {
        let server = response.webServer
        let name = server?.rawValue ?? "the web server"
        switch response.status {
        case 300..<400:
            return .problem(
                subject, "is redirected elsewhere",
                remedy: "give clients, and this check, the address that it leads to")
        case 404, 405:
            return .problem(
                subject, "is answered by \(name) itself, with status \(response.status)",
                remedy: WebServer.remedy(.handOver, in: server))
        case 401, 403:
            return .problem(
                subject, "is refused by \(name) itself, with status \(response.status)",
                remedy: "take out what asks for a password there, or lets some addresses in only")
        case 500...:
            return .problem(
                subject, "does not get through from \(name) to gpt-proxy, which answers with status \(response.status)",
                remedy: WebServer.remedy(.reach, in: server) + ". See the web server's error log, and check --socket")
        default:
            return .problem(
                subject, "is answered by something else, with status \(response.status)",
                remedy: WebServer.remedy(.handOver, in: server))
        }
    }

    /// A large body, which servers refuse in several ways: by an answer before it is there, or none.
    func checkBody(_ keyHeader: KeyHeader) async -> Finding {
        let body = [UInt8](repeating: UInt8(ascii: " "), count: bodySize)
        let size = bodySize >= 1 << 20 ? "\(bodySize >> 20) MB" : "\(bodySize) bytes"
        var server: WebServer?
        let fault: String
        do throws(UpstreamError) {
            let response = try await send("body", keyHeader, body: body)
            server = response.webServer
            if try await bodySize(in: response) == bodySize { return .ok(subject, "takes a body of \(size)") }
            fault = "is answered with status \(response.status)"
        } catch {
            fault = "is cut off (\(error))"
        }
        return .problem(
            subject, "does not take a body of \(size), which \(fault)",
            remedy: WebServer.remedy(.takeLargeBodies, in: server))
    }
}
