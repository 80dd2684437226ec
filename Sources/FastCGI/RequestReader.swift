internal import CGI
internal import Glibc

/// Makes a `CGI.Request` of what libfcgi reads from a connection, always to the end of its input.
struct RequestReader: Sendable {
    let maxBody: Int
    let memory: BodyMemory

    /// Small enough for the stack.
    private static let chunk = 1024

    /// Reads the request; nil when there is none that could be answered.
    ///
    /// Input that was read to its end leaves the connection where the next request begins, also when it was too much to
    /// keep. Otherwise the connection is not used again: what nobody read would be taken for the next request's records.
    /// (It is not closed without need, since nginx may already have chosen it for somebody else's request.)
    ///
    /// - Parameter mayWait: whether the thread may, for memory to read a large body into.
    func read(_ connection: Connection, mayWait: Bool) -> CGI.Request? {
        guard connection.acceptRequest() else { return nil }
        let parameters = readParameters(connection)
        let claim = memory.claim(mayWait: mayWait)
        let body = readBody(connection, announced: parameters["CONTENT_LENGTH"], claim)
        if case .failure(.incomplete) = body { connection.forbidReuse() }
        if !connection.inputIsSound { connection.forbidReuse() }
        connection.endReading()
        guard !connection.isLastResort else {
            return CGI.Request(parameters: parameters, body: .failure(.noDescriptor))
        }
        guard case .success = body else { return CGI.Request(parameters: parameters, body: body) }
        return CGI.Request(parameters: parameters, body: body, memory: claim.share)
    }

    private func readParameters(_ connection: Connection) -> Parameters {
        var parameters = Parameters()
        connection.forEachVariable { variable in
            parameters.insert(entry: UnsafeRawBufferPointer(start: variable, count: strlen(variable)).bytes)
        }
        return parameters
    }

    private func readBody(
        _ connection: Connection, announced: String?, _ claim: BodyMemory.Claim
    ) -> Result<[UInt8], BodyError> {
        guard let announced else { return readUnannouncedBody(connection, claim) }
        let isNumber = announced.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isNumber, let length = Int(announced), length <= maxBody else {
            drain(connection)
            return .failure(isNumber ? .tooLarge(limit: maxBody) : .incomplete)
        }
        guard claim.admits(length) else {
            drain(connection)
            return .failure(.noMemory)
        }
        // One allocation and one copy; a length that lies costs addresses, not memory.
        let body = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            count = connection.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        let surplus = drain(connection)
        guard connection.inputIsSound, body.count == length, surplus == 0 else { return .failure(.incomplete) }
        return .success(body)
    }

    /// A body that the web server passes on while it comes in (a chunked upload) has no length beforehand.
    private func readUnannouncedBody(
        _ connection: Connection, _ claim: BodyMemory.Claim
    ) -> Result<[UInt8], BodyError> {
        var body: [UInt8] = []
        var admitted = 0
        let excess: BodyError? = withUnsafeTemporaryAllocation(byteCount: Self.chunk, alignment: 1) { chunk in
            while true {
                let count = connection.read(into: chunk)
                guard body.count + count <= maxBody else { return .tooLarge(limit: maxBody) }
                // In steps, as the array grows.
                if body.count + count > admitted {
                    admitted = max(2 * admitted, count)
                    guard claim.admits(admitted) else { return .noMemory }
                }
                body.append(contentsOf: chunk[..<count])
                if count < chunk.count { return nil }
            }
        }
        if let excess {
            body = []
            drain(connection)
            return .failure(excess)
        }
        return connection.inputIsSound ? .success(body) : .failure(.incomplete)
    }

    /// Reads the input to its end and throws it away; how much that was.
    @discardableResult
    private func drain(_ connection: Connection) -> Int {
        withUnsafeTemporaryAllocation(byteCount: Self.chunk, alignment: 1) { chunk in
            var total = 0
            while true {
                let count = connection.read(into: chunk)
                total += count
                if count < chunk.count { return total }
            }
        }
    }
}
