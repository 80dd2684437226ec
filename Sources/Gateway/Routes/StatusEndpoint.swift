internal import CGI
internal import Models
internal import Monitoring
internal import Translation

/// `GET $STATUS_PATH`: the state of this machine's processes, in the formats of php-fpm's status page: text, `?json`,
/// `?html` and `?openmetrics`, and with `?full` each live request.
///
/// Requires no key, like that page. The web server restricts access to it.
enum StatusEndpoint {
    /// - Parameters:
    ///   - context: the request.
    ///   - renderer: renders the page; nil if there is none.
    static func respond(to context: RequestContext, _ renderer: StatusRenderer?) async throws {
        guard let renderer else { throw HTTPError.notFound }
        // Prometheus appends an equals sign to each option.
        let options = Set((context.request.query ?? "").split(separator: "&").map { $0.prefix { $0 != "=" } })
        if options.contains("html") { return await context.respond(StatusPage.head, body: StatusPage.body) }
        let settings = try context.settings()
        let today = context.shared.today()
        let form = form(options)
        let body = try await renderer.page(form) { RetirementWarning.all(settings, on: today, besides: $0) }
        await context.respond(
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
