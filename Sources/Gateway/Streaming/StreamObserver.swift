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
    /// The last chunk of Chat Completions, which shows whether a stream without `[DONE]` is complete.
    private var lastChunk: [UInt8] = []

    /// - Parameter waitsForMeaning: whether the stream begins only with an event that is not an error and not one of
    ///   `response.created`, `response.in_progress` and `response.queued`.
    init(waitsForMeaning: Bool) {
        self.waitsForMeaning = waitsForMeaning
    }

    /// Also recognises the ends: the Responses API's terminal events, and Chat Completions' `[DONE]`.
    mutating func observe(_ name: RawSpan, _ data: RawSpan) {
        let event = PassedEvent(name, data)
        var isError = false
        sawOnlyUsage = false
        switch event {
        case .prelude, .other: break
        case .delta: outputTokens += 1
        case .terminal: isError = readEnd(data)
        case .chunk:
            outputTokens += 1
            isError = readChunk(data)
        case .done: if ending == nil { ending = .success(()) }
        }
        if isError, !hasBegun, waitsForMeaning { return }
        if case .prelude = event, waitsForMeaning { return }
        hasBegun = true
    }

    /// Whether an event since the last call may quote the operator's keys or ids.
    mutating func takeErrorReport() -> Bool {
        defer { hasErrorReport = false }
        return hasErrorReport
    }

    /// Whether the last chunk ends a response of Chat Completions.
    var hasFinalChunk: Bool {
        guard let chunk = try? Document(parsing: lastChunk, maximumDepth: upstreamJSONDepth).root,
            let choices = chunk["choices"], choices.kind == .array
        else { return false }
        if choices.isEmptyContainer { return chunk.given("usage") != nil }
        return choices.elements.allSatisfy { $0.given("finish_reason") != nil }
    }

    /// Whether the last event has the usage and no choice.
    private(set) var sawOnlyUsage = false

    /// - Returns: whether the event reports an error.
    private mutating func readEnd(_ data: RawSpan) -> Bool {
        let root = Self.root(data)
        usage = Usage(of: root?["response"]) ?? Usage(of: root) ?? usage
        if let failure = root.flatMap(ReplyFailure.init(event:)) { return fail(HTTPError(failure)) }
        ending = ending ?? .success(())
        return false
    }

    private mutating func readChunk(_ data: RawSpan) -> Bool {
        lastChunk.removeAll(keepingCapacity: true)
        if data.byteCount <= Self.longestFinalChunk { data.withUnsafeBytes { lastChunk.append(contentsOf: $0) } }
        if data.hasMember("\"usage\":", or: "\"usage\" ", startingWith: UInt8(ascii: "{")), let root = Self.root(data) {
            usage = Usage(of: root) ?? usage
            sawOnlyUsage = root["choices"]?.isEmptyContainer ?? false
        }
        guard data.contains("\"error\":") || data.contains("\"error\" "),
            let failure = Self.root(data).flatMap(ReplyFailure.init(event:))
        else { return false }
        return fail(HTTPError(failure))
    }

    private mutating func fail(_ failure: HTTPError) -> Bool {
        hasErrorReport = true
        if !hasBegun { earlyFailure = failure }
        if ending == nil { ending = .failure(failure) }
        return true
    }

    /// Chunks that end a response are small.
    private static let longestFinalChunk = 4096

    private static func root(_ data: RawSpan) -> Value? {
        try? Document(parsing: data.withUnsafeBytes { Array($0) }, maximumDepth: upstreamJSONDepth).root
    }
}

extension RawSpan {
    /// Whether the text has a member of that name whose value starts with `byte`.
    ///
    /// - Parameters:
    ///   - name: the name with its quotes and the colon.
    ///   - spaced: the name with its quotes and a space.
    fileprivate func hasMember(_ name: StaticString, or spaced: StaticString, startingWith byte: UInt8) -> Bool {
        for text in [name, spaced] {
            var start = 0
            while let offset = firstOffset(of: text, from: start) {
                start = offset + text.utf8CodeUnitCount
                let isValue = withUnsafeBytes { bytes in
                    bytes[start...].first { $0 > UInt8(ascii: " ") && $0 != UInt8(ascii: ":") } == byte
                }
                if isValue { return true }
            }
        }
        return false
    }
}
