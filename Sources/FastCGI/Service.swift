internal import CGI
internal import NIOCore

/// The state that all sessions of one server share.
final class Service: Sendable {
    let handler: Server.Handler
    let connections: Connections
    let maxBody: Int
    let memory: MemoryBudget
    let uploadRate: Int
    let uploadTimeout: TimeAmount
    let writeTimeout: TimeAmount

    init(handler: @escaping Server.Handler, limits: Server.Limits, connections: Connections) {
        self.handler = handler
        self.connections = connections
        maxBody = limits.maxBody
        memory = limits.memory
        uploadRate = limits.uploadRate
        uploadTimeout = TimeAmount(limits.uploadTimeout)
        writeTimeout = TimeAmount(limits.writeTimeout)
    }
}
