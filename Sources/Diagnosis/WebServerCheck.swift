public import Gateway
internal import JSON
public import NIOCore
internal import Settings
public import Upstream

/// Sends gpt-proxy requests through the web server, as clients do, and checks what the web server does to them.
///
/// The requests go to a clients' route, because a web server can have different settings for each location; a header
/// prevents them from being sent upstream (`CheckResponse`).
public struct WebServerCheck: Sendable {
    /// Larger than servers' default limits: 1 MB (nginx), 128 KB (mod_fcgid).
    private static let largeBody = 4 << 20

    private let origin: Origin
    private let path: String
    private let key: String
    /// The size of the large body, in bytes.
    let bodySize: Int
    private let client: Client
    private let eventLoop: any EventLoop

    /// - Parameters:
    ///   - base: the address that clients use, with or without `/v1` or `/proxy` at its end.
    ///   - key: a caller's key.
    ///   - maxBody: the largest body that gpt-proxy accepts, in bytes.
    ///   - client: sends the requests; made with ``configuration(from:)``.
    ///   - eventLoop: the event loop on which ``run()`` is called; one of the client's.
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

    /// The client's configuration for such requests: without a proxy, and with shorter timeouts than for a model.
    public static func configuration(from configuration: Configuration) -> Configuration {
        var configuration = configuration
        configuration.client.proxy = nil
        configuration.client.firstByteTimeout = .seconds(30)
        configuration.client.totalTimeout = .seconds(60)
        return configuration
    }

    /// The address that is checked, which is the findings' subject.
    var subject: String { origin.description + path }

    /// Runs the check. Runs on the event loop, to which its task must be pinned.
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
                        "check whether the web server is running and listens at \(origin), and whether its certificate is valid "
                        + "for that name"))
        } catch {
            findings.append(.problem(subject, "cannot be checked: \(error)"))
        }
        return findings
    }

    // MARK: Requests

    /// The header of the key.
    enum KeyHeader {
        case authorization, apiKey
    }

    /// - Parameter word: the header's value; see `CheckResponse`.
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

    /// The number of bytes that gpt-proxy reports to have received; nil if the response does not have that form.
    func bodySize(in response: Response) async throws(UpstreamError) -> Int? {
        let body = try await response.body.collect(upTo: 1 << 20)
        guard let root = try? Document(parsing: body).root, root["object"]?.isString("gpt_proxy.check") == true else {
            return nil
        }
        return root["body_bytes"]?.integer
    }
}

extension Response {
    /// The web server that passed on the response.
    var webServer: WebServer? { WebServer(named: header("server")) }

    /// Whether the response is gpt-proxy's own, and not that of a server before it.
    var isOurs: Bool { header("x-gpt-proxy-request-id") != nil }
}
