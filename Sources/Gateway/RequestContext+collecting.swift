internal import CGI
internal import JSON
internal import Translation
internal import Upstream

/// The largest whole reply of upstream that is taken, in bytes: far above any real one.
private let maximumReply = 256 << 20

/// A reply so small, in bytes, that nobody counts it.
private let smallReply = 64 << 10

extension RequestContext {
    /// A reply's whole body. What it has of the process's memory is held until the request ends.
    ///
    /// - Throws: when it is too large, or there is no memory for it.
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

    /// A reply's whole body, which must be JSON.
    func document(of response: Response) async throws -> Document {
        let body = try await collect(response)
        do throws(ParseError) {
            return try Document(parsing: body, maximumDepth: upstreamJSONDepth)
        } catch {
            throw ReplyFailure(message: "Upstream's reply is not JSON: \(error).", code: "upstream_garbled")
        }
    }
}
