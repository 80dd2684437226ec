internal import CGI

/// Where a request stands in a distributed trace (W3C Trace Context, level 1), as whoever sent it says.
///
/// The proxy makes no spans of its own, so it hands the two headers on as they are: upstream's parent is the client's span.
struct TraceContext: Sendable, Equatable {
    /// `00`, the trace's id, the parent's, and flags: lower-case hexadecimal digits with hyphens between them.
    private let parent: String
    /// What tracing systems say to each other beside it; nil when they say nothing.
    private let state: String?

    /// How much of `tracestate` must be passed on (section 3.3.1.5). More would make a large head of a small request.
    private static let maximumStateSize = 512

    /// Nil when the request names no trace, or names it in a way that the standard does not have. What cannot be read is not
    /// passed on, and neither is the state beside it (section 4.3).
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

    /// Section 3.2.2; ids of nothing but zeros name nothing.
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
    /// The text, if it can stand in a header as it is; else nil.
    fileprivate var printableASCII: String? {
        utf8.allSatisfy { (0x20...0x7E).contains($0) } ? self : nil
    }
}
