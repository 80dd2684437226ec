internal import Access
internal import CGI

/// `/authz`, for nginx's `auth_request`: 204 with the caller's label, or 401. Any method is accepted, because the
/// subrequest has the method of the request that it is for.
enum AuthorizationEndpoint {
    static func respond(to context: RequestContext) async {
        var head = ResponseHead(status: 204)
        if let caller = context.record.caller {
            head.add("X-Gpt-Proxy-Caller", caller.label)
            if let limits = caller.limits { head.add("X-Gpt-Proxy-Limits", limits) }
        }
        await context.respond(head, body: [])
    }
}
