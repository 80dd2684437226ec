internal import CGI
internal import EventStream
internal import JSON
internal import Translation
internal import Upstream

/// The largest whole upstream response that is accepted, in bytes: far above any real one.
private let maximumReply = 256 << 20

/// Responses up to this size, in bytes, are not counted against the memory budget.
private let smallReply = 64 << 10

extension RequestContext {
    /// Reads a response's whole body. Its memory reservation is held until the request ends.
    ///
    /// - Throws: when the body is too large, or the memory budget is exhausted.
    func collect(_ response: Response) async throws -> [UInt8] {
        let before = responseMemory.size
        var hasRoom = true
        do throws(UpstreamError) {
            return try await response.body.collect(upTo: maximumReply) { [responseMemory] size in
                if size > smallReply { hasRoom = responseMemory.resize(to: before + size) }
                return hasRoom
            }
        } catch {
            throw hasRoom ? HTTPError(error) : .overloaded("no_memory")
        }
    }

    /// Reads the events of a stream to its end, for a client that wants a whole response.
    ///
    /// - Parameter take: takes each event's data.
    func collect(eventsOf response: Response, _ take: (RawSpan) -> Void) async throws {
        let body = try await collect(response)
        var parser = EventParser()
        try parser.feed(body.span.bytes) { _, data in take(data) }
        _ = try parser.finish { _, data in take(data) }
    }

    /// Reads a response's whole body, which must be JSON.
    func document(of response: Response) async throws -> Document {
        let body = try await collect(response)
        do throws(ParseError) {
            return try Document(parsing: body, maximumDepth: upstreamJSONDepth)
        } catch {
            throw ReplyFailure(message: "Upstream's response is not JSON: \(error).", code: "upstream_garbled")
        }
    }
}
