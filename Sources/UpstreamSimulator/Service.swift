import Foundation
import JSON
import NIOHTTP1
import Synchronization

/// Determines the response to a request: authenticates, validates, and plays a recording or generates a response.
final class Service: Sendable {
    let journal = Journal()
    private let configuration: Simulator.Configuration
    private let recordings: Recordings
    private let models: ModelList
    /// The number of uses of each plan with `times`, by its words.
    private let planUses = Mutex<[String: Int]>([:])

    init(configuration: Simulator.Configuration, recordings: Recordings) {
        self.configuration = configuration
        self.recordings = recordings
        models = ModelList(day: configuration.day)
    }

    func forgetRequests() {
        journal.clear()
        planUses.withLock { $0.removeAll() }
    }

    func reply(to request: Request) -> Reply {
        do throws(APIError) {
            try authorize(request)
            let body = try parsedBody(of: request)
            let prompt = body.map { Prompt(of: $0) }
            let plan = try plan(header: request.head.headers.first(name: "x-simulate"), directive: prompt?.directive)
            let answer = try answer(to: request, body: body, asking: prompt?.text ?? "", plan: plan)
            return plan.applied(to: answer, defaultPace: configuration.pace)
        } catch {
            return Reply(action: .answer(Answer(error)))
        }
    }

    private func authorize(_ request: Request) throws(APIError) {
        let field = request.head.headers.first(name: "authorization") ?? ""
        guard field.lowercased().hasPrefix("bearer "), field.count > 7 else { throw .missingKey }
        let key = String(field.dropFirst(7))
        if let expected = configuration.key, key != expected { throw .wrongKey(key) }
    }

    /// The body of a POST, which must be a JSON object; nil for other methods.
    private func parsedBody(of request: Request) throws(APIError) -> Value? {
        guard request.head.method == .POST else { return nil }
        guard let document = try? Document(parsing: request.bodyBytes), document.root.kind == .object else {
            throw .unparsableBody
        }
        return document.root
    }

    private func plan(header: String?, directive: String?) throws(APIError) -> Plan {
        var plan = Plan()
        do throws(Plan.UnknownWord) {
            try plan.add(words: directive ?? "")
            try plan.add(words: header ?? "")
        } catch {
            throw APIError(message: "The simulator does not know '\(error.word)'.", code: "unknown_directive")
        }
        if let times = plan.times {
            let words = "\(header ?? "")\n\(directive ?? "")"
            let uses = planUses.withLock { uses in
                uses[words, default: 0] += 1
                return uses[words, default: 0]
            }
            if uses > times { plan = Plan() }
        }
        return plan
    }

    private func answer(
        to request: Request, body: Value?, asking prompt: String, plan: Plan
    ) throws(APIError) -> Answer {
        if let body, let error = models.refusal(of: body) ?? plan.modelRefusal(of: body) { throw error }
        let path = request.path.split(separator: "/").map(String.init)
        switch (request.head.method, path.dropLast().last, path.last, body) {
        case (.POST, "chat", "completions", let body?): return try completion(body, asking: prompt, plan: plan)
        case (.POST, _, "responses", let body?): return try response(body, asking: prompt, plan: plan)
        case (.POST, "responses", "compact", let body?):
            try check(ModelRequest(responses: body), against: Rules.compaction, plan: plan)
            return Answer(Compaction(of: body, at: Int(Date().timeIntervalSince1970)).json)
        case (.POST, "responses", "input_tokens", let body?):
            try check(ModelRequest(responses: body), against: Rules.inputTokens, plan: plan)
            return Answer(CannedAnswers.inputTokens(of: body))
        case (.POST, _, "embeddings", let body?): return Answer(try CannedAnswers.embeddings(for: body))
        case (.POST, _, "moderations", let body?): return Answer(try CannedAnswers.moderation(of: body))
        case (.GET, _, "models", _): return Answer(models.json)
        case (.GET, "models", let id?, _): return Answer(try models.json(of: id))
        case (.GET, "responses", let id?, _): return try storedResponse(id)
        case (.DELETE, "responses", let id?, _):
            guard Identifier.isResponse(id) else { throw .unknownResponse(id) }
            return Answer(CannedAnswers.deletion(of: id))
        default: throw .unknownURL(method: request.head.method.rawValue, path: request.path)
        }
    }

    private func check(_ request: ModelRequest, against rules: [Rule], plan: Plan) throws(APIError) {
        if let error = rules.firstViolation(in: request) ?? plan.refusal(of: request.body) { throw error }
    }

    private func response(_ body: Value, asking prompt: String, plan: Plan) throws(APIError) -> Answer {
        let request = ModelRequest(responses: body)
        try check(request, against: Rules.responses, plan: plan)
        let isStream = body["stream"]?.bool ?? false
        if let recorded = try recording(asking: prompt, plan: plan) {
            return isStream ? recorded.responseStream : recorded.response
        }
        let text = text(for: body, limit: body["max_output_tokens"], asking: prompt, plan: plan)
        let call = plan.call.map { CalledTool(name: $0, arguments: plan.text ?? "{}", request: request) }
        let response = ResponseObject(answering: body, text: text, call: call, at: Int(Date().timeIntervalSince1970))
        guard isStream else { return Answer(response.json(.completed)) }
        if let call { return Answer(stream: CallStream(response, call)) }
        return Answer(stream: ResponseStream(response, fails: plan.hasErrorEvent))
    }

    private func completion(_ body: Value, asking prompt: String, plan: Plan) throws(APIError) -> Answer {
        try check(ModelRequest(chat: body), against: Rules.chat, plan: plan)
        let isStream = body["stream"]?.bool ?? false
        if let recorded = try recording(asking: prompt, plan: plan) {
            return isStream ? recorded.completionStream : recorded.completion
        }
        let limit = body["max_completion_tokens"] ?? body["max_tokens"]
        let text = text(for: body, limit: limit, asking: prompt, plan: plan)
        let completion = ChatCompletion(answering: body, text: text, at: Int(Date().timeIntervalSince1970))
        guard isStream else { return Answer(completion.json) }
        return Answer(stream: ChatStream(completion, fails: plan.hasErrorEvent))
    }

    /// A stored response. The simulator stores none, so it generates one for any identifier that it could have assigned.
    private func storedResponse(_ id: String) throws(APIError) -> Answer {
        guard Identifier.isResponse(id), let nothing = try? Document(parsing: Array("{}".utf8)) else {
            throw .unknownResponse(id)
        }
        let response = ResponseObject(
            answering: nothing.root, text: ReplyText(words: "A stored response."),
            at: Int(Date().timeIntervalSince1970),
            id: id)
        return Answer(response.json(.completed))
    }

    /// The exchange that the plan names or, unless the plan sets its own response, the one with the same prompt.
    private func recording(asking prompt: String, plan: Plan) throws(APIError) -> Recordings.Exchange? {
        if let name = plan.play {
            guard let exchange = recordings.exchange(named: name) else {
                throw APIError(message: "There is no recorded exchange '\(name)'.", code: "unknown_recording")
            }
            return exchange
        }
        let wantsOwnReply =
            plan.call != nil || plan.text != nil || plan.size != nil || plan.deltas != nil || plan.hasErrorEvent
        return wantsOwnReply ? nil : recordings.exchange(asking: prompt)
    }

    private func text(for body: Value, limit: Value?, asking prompt: String, plan: Plan) -> ReplyText {
        let model = body["model"]?.string ?? ""
        let remark = limit?.integer.map { "\(model), at most \($0) tokens" } ?? model
        return ReplyText(plan: plan, deltas: configuration.deltas, echoing: prompt, remark: remark)
    }
}
