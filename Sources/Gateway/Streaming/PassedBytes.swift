internal import JSON
internal import Translation

/// Passes on bytes of an unknown format: an image, a list, a response of a future API.
struct PassedBytes: StreamTransform {
    private(set) var ending: Result<Void, HTTPError>?
    private var tail: UsageTail?

    /// - Parameter isJSON: whether the body is JSON, which may report its usage.
    init(isJSON: Bool) {
        if isJSON { tail = UsageTail() }
    }

    var hasBegun: Bool { true }

    mutating func consume(_ piece: RawSpan, into output: inout [UInt8]) {
        piece.withUnsafeBytes { output.append(contentsOf: $0) }
        tail?.append(piece)
    }

    mutating func bodyHasEnded(isWhole: Bool, into output: inout [UInt8]) {
        if isWhole { ending = .success(()) }
    }

    /// Writes nothing: any byte would change the body.
    func writeBeat(into output: inout [UInt8]) {}

    /// Writes nothing: the client detects an incomplete body only by its length, which is less than the head announces.
    func writeFailure(_ failure: HTTPError, into output: inout [UInt8]) {}

    var usage: Usage? { ending == nil ? nil : tail?.usage }

    var outputTokens: Int { 0 }
}

/// Finds the usage in a JSON body that is passed on in pieces, without holding it: `usage` is one of the last members.
private struct UsageTail {
    /// The number of last bytes that are searched. The usage takes a few hundred.
    private static let size = 2048

    private var bytes: [UInt8] = []

    mutating func append(_ piece: RawSpan) {
        if bytes.count > Self.size { bytes.removeFirst(bytes.count - Self.size) }
        let end = piece.byteCount > Self.size ? piece.extracting(last: Self.size) : piece
        end.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// The usage, once the body is complete.
    var usage: Usage? {
        let name = Array("\"usage\"".utf8)
        for start in bytes.indices.reversed() where bytes[start...].starts(with: name) {
            // From the last member of that name to the end of the body: with a bracket before it, the members are an object.
            guard start == 0 || bytes[start - 1] != UInt8(ascii: "\\"),
                let root = try? Document(parsing: [UInt8(ascii: "{")] + bytes[start...]).root
            else { continue }
            return Usage(of: root)
        }
        return nil
    }
}
