internal import CGI
internal import Models
internal import Translation

/// `GET $STATUS_PATH`: what the machine's processes do, in the forms of php-fpm's status page: text, `?json`, `?html` and
/// `?openmetrics`, and with `?full` each live exchange.
///
/// It asks for no key, as that page does not. The web server restricts access to it.
enum StatusEndpoint {
    /// - Parameters:
    ///   - exchange: the request.
    ///   - renderer: renders the page; nil if there is none.
    static func respond(to exchange: Exchange, _ renderer: StatusRenderer?) async throws -> Reply {
        guard let renderer else { throw Failure.notFound }
        // Prometheus writes an equals sign after each.
        let options = Set((exchange.request.query ?? "").split(separator: "&").map { $0.prefix { $0 != "=" } })
        if options.contains("html") { return .whole(StatusPage.head, body: StatusPage.body) }
        let settings = try exchange.settings()
        let today = exchange.today
        let form = form(options)
        let body = try await renderer.page(form) { RetirementWarning.all(settings, on: today, besides: $0) }
        return .whole(
            ResponseHead(
                status: 200, headers: [("Content-Type", form.contentType), ("Cache-Control", "no-store")]),
            body: body)
    }

    private static func form(_ options: Set<Substring>) -> StatusRenderer.Form {
        let isFull = options.contains("full")
        if options.contains("json") { return .json(isFull: isFull) }
        return options.contains("openmetrics") ? .openMetrics : .text(isFull: isFull)
    }
}

extension StatusRenderer.Form {
    /// The page's media type.
    fileprivate var contentType: String {
        switch self {
        case .text: "text/plain; charset=utf-8"
        case .json: "application/json"
        case .openMetrics: OpenMetrics.contentType
        }
    }
}
