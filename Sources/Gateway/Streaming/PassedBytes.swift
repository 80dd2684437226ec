internal import Translation

/// Passes on bytes of an unknown format: an image, a list, a response of a future API.
struct PassedBytes: StreamTransform {
    private(set) var ending: Result<Void, HTTPError>?

    var hasBegun: Bool { true }

    mutating func consume(_ piece: RawSpan, into output: inout [UInt8]) {
        piece.withUnsafeBytes { output.append(contentsOf: $0) }
    }

    mutating func bodyHasEnded(isWhole: Bool, into output: inout [UInt8]) {
        if isWhole { ending = .success(()) }
    }

    /// Writes nothing: any byte would change the body.
    func writeBeat(into output: inout [UInt8]) {}

    /// Writes nothing: the client detects an incomplete body only by its length, which is less than the head announces.
    func writeFailure(_ failure: HTTPError, into output: inout [UInt8]) {}

    var usage: Usage? { nil }

    var outputTokens: Int { 0 }
}
