internal import Access
internal import CGI
internal import NIOCore
internal import Translation
internal import Upstream

extension RequestContext {
    /// Sends a request that needs no translation, and records upstream's response.
    ///
    /// - Throws: ``UpstreamErrorResponse`` when upstream responds with an error.
    func send(
        _ makeRequest: (UpstreamRequests, _ idempotencyKey: String) -> Upstream.Request
    ) async throws -> Response {
        do {
            let response = try await call(0).send(makeRequest)
            record.note(response)
            return response
        } catch let refusal as UpstreamErrorResponse {
            record.note(status: refusal.status, headers: refusal.headers)
            throw refusal
        }
    }

    /// Sends the upstream requests of the client's request, all at once, and records them and upstream's responses. The
    /// first failure cancels the others.
    ///
    /// - Parameter requests: at least one.
    /// - Throws: ``UpstreamErrorResponse`` when upstream responds with an error; ``HTTPError`` when the caller may not use
    ///   the model.
    func send(_ requests: [TranslatedRequest]) async throws -> [UpstreamResponse] {
        record.note(requests)
        describe()
        try permit(requests)
        try acquirePermits(further: requests.count - 1)
        do {
            let responses =
                requests.count == 1 ? [try await call(0).send(requests[0])] : try await sendAll(requests)
            record.note(responses)
            describe()
            return responses
        } catch var refusal as UpstreamErrorResponse {
            record.notices = refusal.notices
            record.note(status: refusal.status, headers: refusal.headers)
            record.usage = refusal.usage
            if refusal.status == 400, let warning = refusal.notices.first(where: { $0.kind == .warned }) {
                refusal.remark("gpt-proxy: '\(warning.field)' \(warning.reason)")
            }
            throw refusal
        }
    }

    /// The requests of the first attempt, at the first base, without sending them.
    func dryRun(
        _ requests: [TranslatedRequest]
    ) throws(HTTPError) -> [(translated: TranslatedRequest, sent: Upstream.Request)] {
        let corrected = requests.map {
            $0.without(shared.caches.refusedParameters.of($0.context.modelSent, for: caller, now: eventLoop.now))
        }
        record.note(corrected)
        try permit(corrected)
        return corrected.map { translated in
            var sent = shared.pool.bases[0].requests.post(
                translated, idempotencyKey: IdempotencyKey.of(request, from: caller))
            sent.headers += record.headersForUpstream
            return (translated, sent)
        }
    }

    /// - Throws: when the caller may not use the model.
    private func permit(_ requests: [TranslatedRequest]) throws(HTTPError) {
        guard let caller = record.caller, caller.models != nil else { return }
        let context = requests[0].context
        guard !context.modelSent.isEmpty else { throw HTTPError.modelNotNamed }
        let asked = context.modelAsked ?? context.modelMapped
        let names = [asked, context.modelMapped, context.modelSent]
        guard names.contains(where: caller.mayUse) else { throw HTTPError.modelNotAllowed(asked) }
        for request in requests { try PermittedModels.check(request, for: caller) }
    }

    private func sendAll(_ requests: [TranslatedRequest]) async throws -> [UpstreamResponse] {
        let calls = requests.indices.map(call)
        return try await withThrowingTaskGroup(of: (Int, UpstreamResponse).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask { [calls] in (index, try await calls[index].send(request)) }
            }
            var responses: [Int: UpstreamResponse] = [:]
            for try await (index, response) in group { responses[index] = response }
            return requests.indices.compactMap { responses[$0] }
        }
    }
}
