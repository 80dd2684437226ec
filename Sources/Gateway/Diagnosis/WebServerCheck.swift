internal import JSON
public import NIOCore
public import Upstream

/// Sends gpt-proxy requests by the way that clients' take, through the web server, and looks at what that does to them.
///
/// The requests go to a route that clients use, since a web server's settings may be a location's own; a header keeps them
/// from going upstream (`CheckReply`).
public struct WebServerCheck: Sendable {
    /// Above what servers allow unless they are told: 1 MB (nginx), 128 KB (mod_fcgid).
    private static let largeBody = 4 << 20

    private let origin: Origin
    private let path: String
    private let key: String
    /// How large a body is tried, in bytes.
    let bodySize: Int
    private let client: Client
    private let eventLoop: any EventLoop

    /// - Parameters:
    ///   - base: the address that clients are given, with `/v1` or `/proxy` at its end or neither.
    ///   - key: a caller's.
    ///   - maxBody: what gpt-proxy takes, in bytes.
    ///   - client: asks the web server; made with ``configuration(from:)``.
    ///   - eventLoop: the one that ``run()`` is called on, and one of the client's.
    public init(_ base: BaseURL, key: String, maxBody: Int, client: Client, eventLoop: any EventLoop) {
        origin = base.origin
        path = Self.route(below: base.path)
        self.key = key
        bodySize = min(maxBody, Self.largeBody)
        self.client = client
        self.eventLoop = eventLoop
    }

    private static func route(below path: String) -> String {
        if path.hasSuffix("/proxy") { return path }
        return path + (path.hasSuffix("/v1") ? "/chat/completions" : "/v1/chat/completions")
    }

    /// How such requests are made: straight to the web server, with more haste than a model's.
    public static func configuration(from configuration: Configuration) -> Configuration {
        var configuration = configuration
        configuration.client.proxy = nil
        configuration.client.firstByteTimeout = .seconds(30)
        configuration.client.totalTimeout = .seconds(60)
        return configuration
    }

    /// The address that is asked, which the findings are about.
    var subject: String { origin.description + path }

    /// Runs on the event loop, where its task must be.
    public func run() async -> [Finding] {
        var findings: [Finding] = []
        do {
            let access = try await checkAccess()
            findings.append(access.finding)
            guard let keyHeader = access.keyHeader else { return findings }
            findings.append(await checkBody(keyHeader))
            findings += try await checkStreams(keyHeader)
        } catch let error as UpstreamError {
            findings.append(
                .problem(
                    subject, "\(error)",
                    remedy:
                        "see whether the web server runs and listens at \(origin), and whether its certificate is good "
                        + "for that name"))
        } catch {
            findings.append(.problem(subject, "cannot be asked: \(error)"))
        }
        return findings
    }

    // MARK: Requests

    /// Where a key is shown.
    enum KeyHeader {
        case authorization, apiKey
    }

    /// - Parameter word: what is asked for, as in ``CheckReply``.
    func send(
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
        return try await client.send(request, on: eventLoop, usesIdleConnection: false)
    }

    /// How many bytes of a body gpt-proxy says it got; nil when that is not what the answer says.
    func bodySize(in response: Response) async throws(UpstreamError) -> Int? {
        let body = try await response.body.collect(upTo: 1 << 20)
        guard let root = try? Document(parsing: body).root, root["object"]?.isString("gpt_proxy.check") == true else {
            return nil
        }
        return root["body_bytes"]?.integer
    }
}

extension Response {
    /// The web server that it came by.
    var webServer: WebServer? { WebServer(named: header("server")) }

    /// Whether gpt-proxy itself has answered, and not what is before it.
    var isOurs: Bool { header("x-gpt-proxy-request-id") != nil }
}
