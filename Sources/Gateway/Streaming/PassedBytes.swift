internal import Translation

/// Hands bytes through of which nothing is known: an image, a list, an answer of an API to come.
struct PassedBytes: StreamTransform {
    private(set) var ending: Result<Void, HTTPError>?

    var hasBegun: Bool { true }

    mutating func consume(_ piece: RawSpan, into output: inout [UInt8]) {
        piece.withUnsafeBytes { output.append(contentsOf: $0) }
    }

    mutating func bodyHasEnded(isWhole: Bool, into output: inout [UInt8]) {
        if isWhole { ending = .success(()) }
    }

    /// There is no byte that would not change the body.
    func writeBeat(into output: inout [UInt8]) {}

    /// A body that is cut is shorter than its head says; there is no other way to tell.
    func writeFailure(_ failure: HTTPError, into output: inout [UInt8]) {}

    var usage: Usage? { nil }

    var outputTokens: Int { 0 }
}
