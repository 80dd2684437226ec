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
    mutating func note(_ request: TranslatedRequest) {
        modelAsked = request.context.modelAsked
        modelSent = request.context.modelSent
        streams = request.context.streams
        notices = request.notices
    }

    mutating func note(_ response: Response) {
        upstreamStatus = response.status
        upstreamRequestID = response.header("x-request-id")
    }
}
