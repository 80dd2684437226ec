internal import EventStream
internal import JSON
internal import Translation

/// Observes the events of a stream that is passed on: whether it has visible content, how it ends, and its usage.
struct StreamObserver {
    private(set) var hasBegun = false
    private(set) var earlyFailure: HTTPError?
    private(set) var ending: Result<Void, HTTPError>?
    private(set) var usage: Usage?
    /// The number of events that added content: deltas, and Chat Completions chunks.
    private(set) var outputTokens = 0
    private var hasErrorReport = false
    private let waitsForMeaning: Bool

    /// - Parameter waitsForMeaning: whether the stream begins only with an event that is not an error and not one of
    ///   `response.created`, `response.in_progress` and `response.queued`.
    init(waitsForMeaning: Bool) {
        self.waitsForMeaning = waitsForMeaning
    }

    /// Also recognises the ends: the Responses API's terminal events, and Chat Completions' `[DONE]`.
    mutating func observe(_ name: RawSpan, _ data: RawSpan) {
        if Self.reportsError(name, data) { hasErrorReport = true }
        if name.byteCount == 0 || name.namesDelta { outputTokens += 1 }
        if !hasBegun {
            let isPrelude = Self.preludes.contains(where: { name.reads($0) })
            if !isPrelude, let failure = ReplyFailure(eventData: [UInt8](data)).map(HTTPError.init) {
                earlyFailure = failure
                if waitsForMeaning { return ending = .failure(failure) }
            }
            hasBegun = !(isPrelude && waitsForMeaning)
        }
        if name.byteCount == 0 {
            if data.reads("[DONE]") { return ending = .success(()) }
            readUsage(of: data) { $0 }
        } else if Self.terminalEvents.contains(where: { name.reads($0) }) {
            ending = .success(())
            readUsage(of: data) { $0["response"] }
        }
    }

    /// Whether an event since the last call may quote the operator's keys or ids.
    mutating func takeErrorReport() -> Bool {
        defer { hasErrorReport = false }
        return hasErrorReport
    }

    private static func reportsError(_ name: RawSpan, _ data: RawSpan) -> Bool {
        name.byteCount == 0 ? data.contains("\"error\":") : name.reads("error") || name.reads("response.failed")
    }

    private static let preludes: [StaticString] = ["response.created", "response.in_progress", "response.queued"]

    private static let terminalEvents: [StaticString] = [
        "response.completed", "response.incomplete", "response.failed", "error",
    ]

    private mutating func readUsage(of data: RawSpan, _ find: (Value) -> Value?) {
        // OpenAI writes no space there; many compatible servers do.
        guard data.contains("\"usage\":{") || data.contains("\"usage\": {"),
            let document = try? Document(parsing: [UInt8](data), maximumDepth: upstreamJSONDepth),
            let usage = Usage(of: find(document.root))
        else { return }
        self.usage = usage
    }
}

extension [UInt8] {
    fileprivate init(_ bytes: RawSpan) {
        self = bytes.withUnsafeBytes { Array($0) }
    }
}
