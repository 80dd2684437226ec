internal import JSON

/// Reads lines of `LOG_FORMAT=json`.
extension LineReader {
    /// - Parameter mayWrap: whether the object may be another program's, with the line as a string in it.
    static func readObject(
        _ text: RawSpan, mayWrap: Bool, _ request: (RequestLine, RawSpan) -> Void
    ) -> Outcome {
        var line = RequestLine()
        var wrapped: Range<Int>?
        let isRead = FlatObject.read(text) { name, value, kind in
            switch kind {
            case .string: take(name, string: value, at: text.byteOffsets(of: value), &line, &wrapped)
            case .number: take(name, number: value, &line)
            case .true: if name.reads("client_left") { line.clientLeft = true }
            default: break
            }
            return .more
        }
        if isRead, line.isWhole {
            request(line, text)
            return .request
        }
        if isRead { return mayWrap ? wrapped.map { unwrap(text.extracting($0), request) } ?? .other : .other }
        // nginx's error log continues like this after a program's output. It cannot be in the JSON, which would escape the
        // quote.
        if let end = text.first(#"}" while "#) { return readObject(text.extracting(0...end), mayWrap: false, request) }
        // Other programs log objects too. Only the beginning that gpt-proxy's lines have counts as a damaged line.
        let isOurs = text.hasPrefix(#"{"time":""#) && (try? Document(parsing: Array(text))) == nil
        return isOurs ? .damaged : .other
    }

    @inline(__always)
    private static func take(
        _ name: RawSpan, string value: RawSpan, at place: Range<Int>?, _ line: inout RequestLine,
        _ wrapped: inout Range<Int>?
    ) {
        switch name.byteCount {
        case 3: if name.reads("log") { wrapped = place }
        case 4: if name.reads("time") { line.time = Moment.read(value, at: 1) ?? 0 }
        case 5:
            if name.reads("model") {
                line.model = line.model ?? place
            } else if name.reads("route") {
                line.route = place
            } else if name.reads("error") {
                line.error = place
            }
        case 6: if name.reads("caller") { line.caller = place }
        case 7: if name.reads("MESSAGE") { wrapped = place }
        case 10: if name.reads("model_sent") { line.model = place }
        case 12: if name.reads("service_tier") { line.tier = place }
        default: break
        }
    }

    @inline(__always)
    private static func take(_ name: RawSpan, number value: RawSpan, _ line: inout RequestLine) {
        switch name.byteCount {
        case 6: if name.reads("status") { line.status = value.number ?? 0 }
        case 7: if name.reads("retries") { line.retries = value.number ?? 0 }
        case 11: if name.reads("duration_ms") { line.duration = value.number }
        case 12: if name.reads("input_tokens") { line.tokens.input = value.number ?? 0 }
        case 13:
            if name.reads("output_tokens") {
                line.tokens.output = value.number ?? 0
            } else if name.reads("cached_tokens") {
                line.tokens.cached = value.number ?? 0
            } else if name.reads("first_byte_ms") {
                line.firstByte = value.number
            }
        case 16: if name.reads("reasoning_tokens") { line.tokens.reasoning = value.number ?? 0 }
        case 18:
            if name.reads("output_tokens_seen") {
                line.outputTokensSeen = value.number ?? 0
            } else if name.reads("cache_write_tokens") {
                line.tokens.cacheWritten = value.number ?? 0
            }
        default: break
        }
    }

    private static func unwrap(_ string: RawSpan, _ request: (RequestLine, RawSpan) -> Void) -> Outcome {
        guard let text = (try? Document(parsing: Array(string)))?.root.string else { return .other }
        let inner = Array((text.hasSuffix("\n") ? text.dropLast() : text[...]).utf8)
        let line = inner.span.bytes
        if line.hasPrefix("{") { return readObject(line, mayWrap: false, request) }
        return readText(line, at: 0, request) ?? .other
    }
}

extension [UInt8] {
    init(_ bytes: RawSpan) {
        self = bytes.withUnsafeBytes { Array($0) }
    }
}
