internal import CGI

/// The position of a request in a distributed trace (W3C Trace Context, level 1), as its sender reports it.
///
/// The proxy creates no spans, so it passes on both headers unchanged: upstream's parent is the client's span.
struct TraceContext: Sendable, Equatable {
    /// `00`, the trace id, the parent id and flags: lower-case hexadecimal digits separated by hyphens.
    private let parent: String
    /// The tracing systems' own data (`tracestate`); nil if there is none.
    private let state: String?

    /// The size of `tracestate` that must be passed on (section 3.3.1.5), in bytes. A larger value is dropped, since it
    /// would make a small request's head large.
    private static let maximumStateSize = 512

    /// Nil if the request has no `traceparent`, or an invalid one. An invalid `traceparent` is not passed on, and neither
    /// is its `tracestate` (section 4.3).
    init?(_ request: CGI.Request) {
        guard let parent = request.header("traceparent"), Self.isValid(parent) else { return nil }
        self.parent = parent
        state = request.header("tracestate").flatMap {
            $0.utf8.count <= Self.maximumStateSize ? $0.printableASCII : nil
        }
    }

    /// The trace's id: 32 lower-case hexadecimal digits.
    var traceID: String { String(parent.dropFirst(3).prefix(32)) }

    /// The headers for upstream.
    var headers: [(name: String, value: String)] {
        [("traceparent", parent)] + (state.map { [("tracestate", $0)] } ?? [])
    }

    /// Section 3.2.2; ids of only zeros are invalid.
    private static func isValid(_ parent: String) -> Bool {
        let fields = parent.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return fields.map(\.count) == [2, 32, 16, 2]
            && fields.allSatisfy { $0.allSatisfy(isDigit) }
            && fields[0].elementsEqual("00".utf8)
            && fields[1...2].allSatisfy { $0.contains { $0 != UInt8(ascii: "0") } }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }
}

extension String {
    /// The text if a header can contain it unchanged; otherwise nil.
    fileprivate var printableASCII: String? {
        utf8.allSatisfy { (0x20...0x7E).contains($0) } ? self : nil
    }
}
