internal import Access
internal import CGI
internal import JSON
internal import NIOCore
internal import Translation
internal import Upstream

/// A dry run (`x-gpt-proxy-explain: 1`): instead of upstream's response, the client gets the upstream request that its
/// request would become, with the current caller, location and observations of upstream.
enum ExplanationResponse {
    /// - Parameter word: the header's value.
    static func respond(to context: RequestContext, on route: Route, word: String) async throws {
        context.record.substitute = .explain
        guard context.record.caller?.mayExplain == true else { throw HTTPError.explanationNotAllowed }
        // Other values are rejected rather than forwarded, which would cost money.
        guard word == "1", let translatedRoute = route.translated else { throw HTTPError.explanationImpossible }
        let settings = try context.settings()
        let document = try context.takeDocument()
        let (reasoning, caller, now) = (context.shared.caches.reasoning, context.caller, context.eventLoop.now)
        let requests = try context.translator().translate(document, for: translatedRoute) {
            reasoning?.find(callID: $0, for: caller, now: now)
        }
        let dryRun = try context.dryRun(requests)
        var body = Writer(reservingCapacity: 4 * document.bytes.count + 1024)
        body.object {
            $0.member("object", "gpt_proxy.explanation")
            $0.member("route", route.name)
            $0.member("target", settings.target.rawValue)
            $0.upstream(dryRun)
            if dryRun.count == 1 {
                $0.name("body")
                $0.json(dryRun[0].sent.body)
            } else {
                $0.name("bodies")
                $0.array { for request in dryRun { $0.json(request.sent.body) } }
            }
            $0.name("explanation")
            Explanation(of: document, as: dryRun.map(\.translated)).write(to: &$0)
            $0.notices(dryRun[0].translated.notices)
        }
        await context.respond(.json(200, headers: dryRun[0].translated.headers), body: body.bytes)
    }
}

extension HTTPError {
    fileprivate static let explanationNotAllowed = HTTPError(
        status: 403, reason: "explanation_not_allowed",
        message:
            "This caller may not use the header x-gpt-proxy-explain. The operator can permit it with explain=yes in the "
            + "line of the caller's key (gpt-proxy key new LABEL --explain), or with the claim \"explain\": true in its "
            + "token. Without the header, the request is processed normally.",
        code: "explanation_not_allowed")

    fileprivate static let explanationImpossible = HTTPError(
        status: 400, reason: "explanation_impossible",
        message: "The header x-gpt-proxy-explain must be 1, on a route with mapped requests: "
            + TranslatedRoute.allCases.map(\.rawValue).joined(separator: ", ") + ".",
        code: "invalid_value")
}

extension Writer {
    /// Writes the address and the headers of the upstream requests. Of the operator's own headers, only the names are
    /// written.
    fileprivate mutating func upstream(_ dryRun: [(translated: TranslatedRequest, sent: Upstream.Request)]) {
        let request = dryRun[0].sent
        name("upstream")
        object {
            $0.member("method", request.method)
            $0.member("url", request.origin.description + request.path)
            $0.member("requests", dryRun.reduce(0) { $0 + $1.translated.choiceCount })
            $0.name("headers")
            $0.object {
                for (name, value) in request.headers {
                    $0.name(text: name)
                    $0.string(UpstreamRequests.isOperatorsOwn(name) ? "(not shown)" : value)
                }
            }
        }
    }

    fileprivate mutating func notices(_ notices: [Notice]) {
        name("notices")
        array {
            for notice in notices {
                $0.object {
                    $0.member("kind", notice.kind.rawValue)
                    $0.member("field", notice.field)
                    $0.member("reason", notice.reason)
                }
            }
        }
    }
}
