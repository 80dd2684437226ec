internal import JSON
public import NIOCore
public import Upstream

/// Sends gpt-proxy requests by the way that clients' take, through the web server, and looks at what that does to them.
///
/// The requests go to a route that clients use, since a web server's settings may be a location's own; a header keeps them
/// from going upstream (``CheckReply``).
public struct WebServerCheck: Sendable {
    /// Above what servers allow unless they are told: 1 MB (nginx), 128 KB (mod_fcgid).
    private static let largeBody = 4 << 20
    /// How often a stream is tried: a busy machine may hold one back that the web server did not.
    private static let tries = 3

    private let origin: Origin
    private let path: String
    private let key: String
    private let bodySize: Int
    private let client: Client
    private let eventLoop: any EventLoop

    /// - Parameters:
    ///   - base: the address that clients are given, with `/v1` or `/proxy` at its end or neither.
    ///   - key: a caller's.
    ///   - maxBody: what gpt-proxy takes, in bytes.
    public init(_ base: BaseURL, key: String, maxBody: Int, client: Client, eventLoop: any EventLoop) {
        origin = base.origin
        path =
            if base.path.hasSuffix("/proxy") { base.path } else if base.path.hasSuffix("/v1") {
                base.path + "/chat/completions"
            } else { base.path + "/v1/chat/completions" }
        self.key = key
        bodySize = min(maxBody, Self.largeBody)
        self.client = client
        self.eventLoop = eventLoop
    }

    /// How such requests are made: straight to the web server, with more haste than a model's.
    public static func configuration(from configuration: Configuration) -> Configuration {
        var configuration = configuration
        configuration.client.proxy = nil
        configuration.client.firstByteTimeout = .seconds(30)
        configuration.client.totalTimeout = .seconds(60)
        return configuration
    }

    private var subject: String { origin.description + path }

    /// Runs on the event loop, where its task must be.
    public func run() async -> [Finding] {
        do {
            let (keyHeader, findings) = try await checkAccess()
            guard let keyHeader else { return findings }
            return try await findings + [checkBody(keyHeader)] + checkStream(keyHeader)
        } catch let error as UpstreamError {
            return [unreachable(error)]
        } catch {
            return [.problem(subject, "cannot be asked: \(error)")]
        }
    }

    // MARK: Requests

    private enum KeyHeader {
        case authorization, apiKey
    }

    private func send(
        _ word: String, _ keyHeader: KeyHeader, body: [UInt8] = [], acceptsGzip: Bool = false
    ) async throws(UpstreamError) -> Response {
        let keyField =
            switch keyHeader {
            case .authorization: (name: "Authorization", value: "Bearer \(key)")
            case .apiKey: (name: "X-API-KEY", value: key)
            }
        var request = Upstream.Request(
            method: "POST", origin: origin, path: path,
            headers: [
                keyField, ("User-Agent", "gpt-proxy/\(version)"), ("Content-Type", "application/json"),
                ("x-gpt-proxy-check", word),
            ],
            body: body)
        request.acceptsGzip = acceptsGzip
        return try await client.send(request, on: eventLoop)
    }

    private func unreachable(_ error: UpstreamError) -> Finding {
        .problem(
            subject, "\(error)",
            remedy: "see whether the web server runs and listens at \(origin), and whether its certificate is good for that name")
    }

    // MARK: Whether requests get there

    /// - Returns: the header that the key gets through in; nil when no request gets through.
    private func checkAccess() async throws -> (KeyHeader?, [Finding]) {
        let response = try await send("body", .authorization)
        let size = try await bodySize(in: response)
        let server = WebServer(named: response.header("server"))
        if response.isSuccess, size != nil { return (.authorization, [.ok(subject, "hands requests to gpt-proxy")]) }
        guard response.isOurs else { return (nil, [refusal(by: response, server)]) }
        switch response.status {
        case 401:
            let second = try await send("body", .apiKey)
            guard try await bodySize(in: second) != nil else {
                return (nil, [.problem(subject, "is refused by gpt-proxy with its key", remedy: Self.keyRemedy)])
            }
            let text = "does not hand the header Authorization to gpt-proxy, where most clients have their key"
            return (.apiKey, [.problem(subject, text, remedy: WebServer.remedy(.passKey, in: server))])
        case 404:
            let text = "reaches gpt-proxy, but does not tell it the path"
            return (nil, [.problem(subject, text, remedy: WebServer.remedy(.passPath, in: server))])
        default:
            return (nil, [.problem(subject, "is answered by gpt-proxy with status \(response.status)", remedy: Self.ageRemedy)])
        }
    }

    private static let keyRemedy =
        "see whether the process has been restarted since the key was changed, and has the same settings as this check "
        + "(--env-file); --key-file names another key"
    private static let ageRemedy = "see whether the process that runs is of this version"

    /// What the web server, or whatever else is there, answers in gpt-proxy's place.
    private func refusal(by response: Response, _ server: WebServer?) -> Finding {
        let name = server?.rawValue ?? "the web server"
        switch response.status {
        case 300..<400:
            return .problem(
                subject, "is redirected elsewhere", remedy: "give clients, and this check, the address that it leads to")
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

    /// How many bytes of a body gpt-proxy says it got; nil when that is not what the answer says.
    private func bodySize(in response: Response) async throws -> Int? {
        guard let body = try? await response.body.collect(upTo: 1 << 16), let document = try? Document(parsing: body),
            document.root["object"]?.isString("gpt_proxy.check") == true
        else { return nil }
        return document.root["body_bytes"]?.integer
    }

    // MARK: Whether large ones do

    private func checkBody(_ keyHeader: KeyHeader) async -> Finding {
        let body = [UInt8](repeating: UInt8(ascii: " "), count: bodySize)
        var server: WebServer?
        var reason = "is cut off"
        do {
            let response = try await send("body", keyHeader, body: body)
            if try await bodySize(in: response) == bodySize {
                return .ok(subject, "takes a body of \(megabytes)")
            }
            server = WebServer(named: response.header("server"))
            reason = "is answered with status \(response.status)"
        } catch let error as UpstreamError {
            reason = "is cut off (\(error))"
        } catch {
            reason = "\(error)"
        }
        return .problem(
            subject, "does not take a body of \(megabytes), which \(reason)",
            remedy: WebServer.remedy(.takeLargeBodies, in: server))
    }

    private var megabytes: String {
        bodySize >= 1 << 20 ? "\(bodySize >> 20) MB" : "\(bodySize >> 10) KB"
    }

    // MARK: Whether streams stream

    private func checkStream(_ keyHeader: KeyHeader) async throws -> [Finding] {
        let asClients = try await pacing("stream", keyHeader, acceptsGzip: true)
        let server = asClients.server
        if asClients.isHeldBack {
            let plain = try await pacing("stream", keyHeader, acceptsGzip: false)
            return [
                plain.isHeldBack
                    ? .problem(
                        subject, "holds streams back: the events come all at once, at the end",
                        remedy: WebServer.remedy(.passEvents, in: server))
                    : .problem(
                        subject, "holds streams back to compress them: the events come all at once, at the end",
                        remedy: WebServer.remedy(.sendUncompressed, in: server))
            ]
        }
        let streams = Finding.ok(subject, "streams: each event comes when it is written")
        guard try await pacing("unmarked-stream", keyHeader, acceptsGzip: true).isHeldBack else { return [streams] }
        return [
            streams,
            .warning(
                subject,
                "streams only because gpt-proxy asks for it (X-Accel-Buffering): buffering is on, and where another server is "
                    + "put before this one, or the header is ignored, events will be held back",
                remedy: WebServer.remedy(.passEvents, in: server)),
        ]
    }

    /// How the best of a few streams came.
    private func pacing(
        _ word: String, _ keyHeader: KeyHeader, acceptsGzip: Bool
    ) async throws -> (isHeldBack: Bool, server: WebServer?) {
        var server: WebServer?
        for _ in 0..<Self.tries {
            let response = try await send(word, keyHeader, acceptsGzip: acceptsGzip)
            server = WebServer(named: response.header("server"))
            let pacing = try await Pacing(of: response.body)
            guard pacing.isComplete else { throw StreamFault() }
            if !pacing.isHeldBack { return (false, server) }
        }
        return (true, server)
    }

    private struct StreamFault: Error, CustomStringConvertible {
        let description = "a stream ends before its end"
    }
}

extension Response {
    /// Whether gpt-proxy itself has answered, and not what is before it.
    fileprivate var isOurs: Bool { header("x-gpt-proxy-request-id") != nil }
}
