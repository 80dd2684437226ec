import Foundation
import NIOCore
import NIOHTTP1

/// A request that has come in whole.
struct Request {
    let head: HTTPRequestHead
    let body: ByteBuffer

    /// The target without its query.
    var path: String { String(head.uri.prefix { $0 != "?" }) }

    var bodyBytes: [UInt8] { Array(body.readableBytesView) }

    /// Whether the connection may be used again after the reply. HTTP/1.0 knows no chunks: there its end ends the body.
    var isKeepAlive: Bool { head.isKeepAlive && head.version == .http1_1 }

    /// What the journal keeps of it.
    func recorded(number: Int, connection: Int) -> RecordedRequest {
        RecordedRequest(
            number: number, connection: connection, time: Int(Date().timeIntervalSince1970 * 1_000),
            method: head.method.rawValue, path: head.uri,
            headers: head.headers.map { RecordedRequest.Header(name: $0.name, value: $0.value) },
            bodySize: body.readableBytes,
            body: Array(body.readableBytesView.prefix(RecordedRequest.keptBodySize)))
    }
}
