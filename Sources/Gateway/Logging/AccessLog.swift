internal import Access
internal import JSON
internal import Logs
internal import Translation
internal import Presentation

/// Writes one log line for each request.
struct AccessLog: Sendable {
    private let format: LogFormat
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameter write: writes one line, which includes its newline.
    init(format: LogFormat, write: @escaping @Sendable ([UInt8]) -> Void) {
        self.format = format
        self.write = write
    }

    func log(_ record: AccessRecord) {
        switch format {
        case .json: write(Self.json(record))
        case .text: write(Self.text(record))
        }
    }

    private static func json(_ record: AccessRecord) -> [UInt8] {
        var line = Writer(reservingCapacity: 512)
        line.object {
            $0.member("time", Timestamp.now())
            $0.member("request_id", record.requestID)
            $0.member("client_request_id", given: record.clientRequestID)
            $0.member("trace_id", given: record.trace?.traceID)
            $0.member("caller", given: record.caller?.label)
            $0.member("method", record.method)
            $0.member("route", record.route)
            $0.member("model", given: record.modelAsked)
            $0.member("model_sent", given: record.modelSent)
            $0.member("model_retired", given: record.modelRetired)
            $0.member("stream", record.streams)
            $0.member("status", record.status)
            if record.upstreamRequestCount > 1 { $0.member("upstream_requests", record.upstreamRequestCount) }
            if record.retries > 0 { $0.member("retries", record.retries) }
            $0.member("upstream_base", given: record.upstreamBase)
            $0.member("upstream_status", given: record.upstreamStatus)
            $0.member("upstream_request_id", given: record.upstreamRequestID.map(PlainText.of))
            if let usage = record.usage {
                $0.member("input_tokens", usage.input)
                $0.member("cached_tokens", usage.cached)
                $0.member("cache_write_tokens", usage.cacheWritten)
                $0.member("output_tokens", usage.output)
                $0.member("reasoning_tokens", usage.reasoning)
                $0.member("service_tier", given: usage.serviceTier.map(PlainText.of))
            }
            $0.member("output_tokens_seen", given: record.unaccountedOutputTokens)
            $0.member("first_byte_ms", given: record.firstByte?.milliseconds)
            $0.member("duration_ms", record.duration.milliseconds)
            for kind in record.notices.isEmpty ? [] : Notice.Kind.allCases {
                guard let fields = record.notices.fields(of: kind) else { continue }
                $0.name(text: kind.rawValue)
                $0.string(fields)
            }
            $0.member("error", given: record.error)
            $0.member("error_detail", given: record.errorDetail.map(PlainText.of))
            if record.clientLeft { $0.member("client_left", true) }
            if let substitute = record.substitute {
                $0.name(text: substitute.rawValue)
                $0.bool(true)
            }
        }
        return line.bytes + [UInt8(ascii: "\n")]
    }

    private static func text(_ record: AccessRecord) -> [UInt8] {
        var words = [
            Timestamp.now(), String(record.status), PlainText.word(record.method), PlainText.word(record.route),
        ]
        func add(_ name: String, _ value: String?) {
            if let value { words.append("\(name)=\(PlainText.word(value))") }
        }
        add("id", record.requestID)
        add("client_id", record.clientRequestID)
        add("trace", record.trace?.traceID)
        add("caller", record.caller?.label)
        add("model", record.modelAsked)
        add("sent", record.modelSent)
        add("retired", record.modelRetired)
        if record.streams { words.append("stream") }
        if record.upstreamRequestCount > 1 { add("upstream_requests", "\(record.upstreamRequestCount)") }
        if record.retries > 0 { add("retries", "\(record.retries)") }
        add("base", record.upstreamBase)
        add("upstream", record.upstreamStatus.map { "\($0)" })
        add("upstream_id", record.upstreamRequestID)
        if let usage = record.usage {
            words.append(
                "tokens=\(usage.input)(\(usage.cached) cached)+\(usage.output)(\(usage.reasoning) reasoning)")
            if usage.cacheWritten > 0 { add("cache_write", "\(usage.cacheWritten)") }
            add("tier", usage.serviceTier)
        }
        add("seen", record.unaccountedOutputTokens.map { "\($0)" })
        if let firstByte = record.firstByte { add("first_byte", "\(firstByte.milliseconds)ms") }
        add("took", "\(record.duration.milliseconds)ms")
        for kind in Notice.Kind.allCases { add(kind.rawValue, record.notices.fields(of: kind)) }
        add("error", record.error)
        add("detail", record.errorDetail)
        if record.clientLeft { words.append("client_left") }
        if let substitute = record.substitute { words.append(substitute.rawValue) }
        return Array((words.joined(separator: " ") + "\n").utf8)
    }
}

extension Writer {
    fileprivate mutating func member(_ name: StaticString, given text: String?) {
        if let text { member(name, text) }
    }

    fileprivate mutating func member(_ name: StaticString, given number: Int?) {
        if let number { member(name, number) }
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    var milliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
