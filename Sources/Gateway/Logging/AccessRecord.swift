internal import Translation
internal import Upstream

/// What one request's log line says. Never a key, never content.
struct AccessRecord: Sendable {
    let requestID: String
    let method: String
    var caller: Caller?
    var route: String
    var modelAsked: String?
    var modelSent: String?
    var streams = false
    var status = 0
    /// How many requests upstream it took, where each is a choice of the reply.
    var upstreamRequestCount = 1
    var upstreamStatus: Int?
    var upstreamRequestID: String?
    var usage: Usage?
    var firstByte: Duration?
    var duration: Duration = .zero
    var notices: [Notice] = []
    var error: String?
    var clientLeft = false
}

extension AccessRecord {
    /// - Parameter requests: those that one request of the client became.
    mutating func note(_ requests: [TranslatedRequest]) {
        let request = requests[0]
        modelAsked = request.context.modelAsked
        modelSent = request.context.modelSent
        streams = request.context.streams
        notices = request.notices
        upstreamRequestCount = requests.count
    }

    mutating func note(_ answer: UpstreamCall.Answer) {
        notices = answer.request.notices
        note(status: answer.response.status, headers: answer.response.passedHeaders)
    }

    mutating func note(status: Int, headers: [(name: String, value: String)]) {
        upstreamStatus = status
        upstreamRequestID = headers.first { $0.name.lowercased() == "x-request-id" }?.value
    }
}
