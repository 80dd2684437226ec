import Foundation
import NIOCore
import NIOHTTP1

/// A complete request.
struct Request {
    let head: HTTPRequestHead
    let body: ByteBuffer

    /// The request target without the query.
    var path: String { String(head.uri.prefix { $0 != "?" }) }

    var bodyBytes: [UInt8] { Array(body.readableBytesView) }

    /// Whether the connection may be reused after the response. HTTP/1.0 has no chunked encoding: there, closing the
    /// connection ends the body.
    var isKeepAlive: Bool { head.isKeepAlive && head.version == .http1_1 }

    /// The journal's record of the request.
    func recorded(number: Int, connection: Int) -> RecordedRequest {
        RecordedRequest(
            number: number, connection: connection, time: Int(Date().timeIntervalSince1970 * 1_000),
            method: head.method.rawValue, path: head.uri,
            headers: head.headers.map { RecordedRequest.Header(name: $0.name, value: $0.value) },
            bodySize: body.readableBytes,
            body: Array(body.readableBytesView.prefix(RecordedRequest.keptBodySize)))
    }
}
