internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// A dry run (`x-gpt-proxy-explain: 1`): what the request would become here and now, with this caller, this location and what
/// was learned of upstream, in place of upstream's response.
enum ExplanationResponse {
    /// - Parameter word: the header's value.
    static func respond(to context: RequestContext, on route: Route, word: String) async throws {
        context.record.substitute = .explain
        guard context.record.caller?.mayExplain == true else { throw HTTPError.explanationNotAllowed }
        // Other values are rejected rather than forwarded, which would cost money.
        guard word == "1", let translatedRoute = route.translated else { throw HTTPError.explanationImpossible }
        let settings = try context.settings()
        let document = try context.takeDocument()
        let (reasoning, caller) = (context.shared.caches.reasoning, context.caller)
        let requests = try context.translator().translate(document, for: translatedRoute) {
            reasoning?.find(callID: $0, for: caller)
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
            "This caller may not ask what its requests become. The operator can allow it: explain=yes behind its key "
            + "(gpt-proxy key new LABEL --explain), or the claim \"explain\": true in its token. The header "
            + "x-gpt-proxy-explain asks; leave it out to have the request answered.",
        code: "explanation_not_allowed")

    fileprivate static let explanationImpossible = HTTPError(
        status: 400, reason: "explanation_impossible",
        message: "The header x-gpt-proxy-explain must be 1, on a route whose requests are mapped: "
            + TranslatedRoute.allCases.map(\.rawValue).joined(separator: ", ") + ".",
        code: "invalid_value")
}

extension Writer {
    /// Where the requests would go, and with what headers: those of the operator's own by their names only.
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
