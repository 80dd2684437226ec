internal import CGI
internal import NIOCore

/// What all exchanges of one server share.
final class Service: Sendable {
    let handler: Server.Handler
    let reader: RequestReader
    let writeTimeout: TimeAmount
    let connections: Connections

    init(handler: @escaping Server.Handler, limits: Server.Limits, connections: Connections) {
        self.handler = handler
        self.reader = RequestReader(maxBody: limits.maxBody, memory: BodyMemory(limits.memory))
        self.writeTimeout = TimeAmount(limits.writeTimeout)
        self.connections = connections
    }
}
