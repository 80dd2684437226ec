internal import CGI
internal import Models
internal import Scoreboard
internal import Translation

/// `GET $STATUS_PATH`: what the machine's processes do, in the forms of php-fpm's status page: text, `?json`, `?html` and
/// `?openmetrics`, and with `?full` each live exchange.
///
/// It asks for no key, as that page does not: whoever may see it is for the web server to say.
enum StatusEndpoint {
    static func respond(to exchange: Exchange, _ scoreboard: Scoreboard?) async throws -> Reply {
        guard let scoreboard else { throw Failure.notFound }
        // Prometheus writes an equals sign after each.
        let options = Set((exchange.request.query ?? "").split(separator: "&").map { $0.prefix { $0 != "=" } })
        if options.contains("html") { return .whole(StatusPage.head, body: StatusPage.body) }
        let settings = try exchange.settings()
        let today = exchange.today
        // Other processes' files are read, which may wait for a lock: not on the event loop.
        let (contentType, body) = try await Task.detached { try render(scoreboard, options, settings, today) }.value
        return .whole(
            ResponseHead(status: 200, headers: [("Content-Type", contentType), ("Cache-Control", "no-store")]),
            body: body)
    }

    private static func render(
        _ scoreboard: Scoreboard, _ options: Set<Substring>, _ settings: TranslationSettings, _ today: Day
    ) throws -> (contentType: String, body: [UInt8]) {
        let overview = StatusOverview(try scoreboard.read()) {
            RetirementWarning.all(settings, on: today, besides: $0)
        }
        let isFull = options.contains("full")
        if options.contains("json") { return ("application/json", overview.json(isFull: isFull)) }
        if options.contains("openmetrics") { return (OpenMetrics.contentType, Array(overview.openMetrics.utf8)) }
        return ("text/plain; charset=utf-8", Array(overview.text(isFull: isFull).utf8))
    }
}
