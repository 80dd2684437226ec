internal import JSON
internal import Models
internal import Scoreboard
internal import Presentation
internal import Settings

extension StatusOverview {
    /// The page as JSON, with php-fpm's names where it has the same notions. Durations are in seconds, times in seconds
    /// since 1970.
    ///
    /// - Parameter isFull: whether live requests are listed.
    public func json(isFull: Bool) -> [UInt8] {
        var page = Writer(reservingCapacity: 16 << 10)
        page.object {
            $0.member("pool", "gpt-proxy")
            $0.member("version", version)
            $0.member("process manager", "static")
            $0.member("start time", Int(startTime))
            $0.member("start since", Int(uptime))
            $0.member("accepted conn", accepted)
            $0.member("idle processes", processes.count - activeProcesses)
            $0.member("active processes", activeProcesses)
            $0.member("total processes", processes.count)
            $0.member("max children reached", sum(of: .placesExhausted))
            $0.member("live streams", live)
            $0.member("max live streams", mostLive)
            $0.member("stream limit", streamLimit)
            $0.member("memory", memory)
            $0.member("errors", sum(of: .errors))
            $0.member("retries", sum(of: .retries))
            $0.member("client left", sum(of: .clientLeft))
            $0.member("saved output tokens", sum(of: .savedOutputTokens))
            $0.member("lost log lines", sum(of: .lostLogLines))
            $0.name("tokens")
            $0.tokens((0..<4).map { sum(of: .tokens, $0) })
            $0.member("processes", processes, write)
            $0.member("usage", usage, Self.write)
            let firstBytes = Dictionary(totals.series(of: .firstByte).map { ($0.labels, $0) }) { first, _ in first }
            $0.member("latency", totals.series(of: .duration).byRoute) { durations, object in
                Self.write(durations, firstBytes[Array(durations.labels.prefix(2))], to: &object)
            }
            $0.member("failures", totals.series(of: .errors).byLastLabel) { $0.count("error", $1) }
            $0.member("dropped parameters", totals.series(of: .droppedParameters).byLastLabel) {
                $0.count("parameter", $1)
            }
            $0.member("retiring models", retirements) {
                $1.member("model", $0.model)
                $1.member("shutdown", $0.shutdown.description)
                $1.member("text", "\($0.model) \($0.text)")
            }
            $0.name("warnings")
            $0.array {
                for warning in warnings { $0.string(warning) }
            }
            $0.name("history")
            write(history, to: &$0)
            if isFull { $0.member("streams", exchanges, write) }
        }
        return page.bytes
    }

    private func write(_ process: Process, to object: inout Writer) {
        object.member("pid", process.snapshot.process)
        object.member("start time", Int(process.snapshot.startTime))
        object.member("start since", Int(max(0, time - process.snapshot.startTime)))
        object.member("requests", process.snapshot.requests)
        object.member("live streams", process.snapshot.live)
        object.member("stream limit", process.snapshot.streamLimit)
        object.member("memory", process.memory)
    }

    private func write(_ exchange: Request, to object: inout Writer) {
        object.member("pid", exchange.process)
        object.member("request id", exchange.exchange.requestID)
        object.member("caller", exchange.exchange.caller)
        object.member("route", exchange.exchange.route)
        object.member("model", exchange.exchange.model)
        object.member("request method", exchange.exchange.method)
        object.member("state", exchange.state)
        object.member("start time", exchange.exchange.startTime, places: 3)
        object.member("start since", max(0, time - exchange.exchange.startTime), places: 3)
        object.member("first byte", exchange.exchange.firstByte, places: 3)
        object.member("output tokens", exchange.exchange.outputTokens)
    }

    private func write(_ history: History, to page: inout Writer) {
        page.object {
            $0.member("interval", Interval.length)
            $0.member("end", history.end)
            let values: [(StaticString, Interval.Value)] = [
                ("requests", .requests), ("errors", .errors), ("input tokens", .inputTokens),
                ("output tokens", .outputTokens),
            ]
            for (name, value) in values { $0.numbers(name, history.intervals.map { $0[value] }) }
            $0.numbers("live streams", history.live)
            $0.name("first byte")
            $0.array { array in
                for interval in history.intervals {
                    let count = interval[.firstByteCount]
                    let mean = Double(interval[.firstByteMilliseconds]) / 1000 / Double(max(1, count))
                    array.decimal(count == 0 ? nil : mean, places: 3)
                }
            }
        }
    }
}

extension StatusOverview {
    /// The usage of one model by one caller on one route.
    struct Use {
        let labels: [String]
        var requests: UInt64 = 0
        var errors: UInt64 = 0
        var tokens: [UInt64] = [0, 0, 0, 0]
    }

    /// The usage by caller, route and model.
    var usage: [Use] {
        var uses: [[String]: Use] = [:]
        for series in totals.series(of: .requests) {
            let labels = Array(series.labels.dropLast())
            let isError = (series.labels.last.flatMap { Int($0) } ?? 0) >= 400
            var use = uses[labels] ?? Use(labels: labels)
            use.requests = use.requests.saturatingAdd(series.values[0])
            if isError { use.errors = use.errors.saturatingAdd(series.values[0]) }
            uses[labels] = use
        }
        for series in totals.series(of: .tokens) {
            uses[series.labels, default: Use(labels: series.labels)].tokens = series.values
        }
        return uses.values.sorted { $0.labels.lexicographicallyPrecedes($1.labels) }
    }

    private static func write(_ use: Use, to object: inout Writer) {
        object.member("caller", use.labels[0])
        object.member("route", use.labels[1])
        object.member("model", use.labels[2])
        object.member("requests", use.requests)
        object.member("errors", use.errors)
        object.name("tokens")
        object.tokens(use.tokens)
    }

    private static func write(_ durations: Series, _ firstByte: Series?, to object: inout Writer) {
        object.member("route", durations.labels[0])
        object.member("model", durations.labels[1])
        object.histogram("first byte", firstByte)
        object.histogram("duration", durations)
    }
}

extension [Series] {
    /// The series summed by route and model.
    fileprivate var byRoute: [Series] {
        var sums: [[String]: Series] = [:]
        for series in self { sums[Array<String>(series.labels.prefix(2)), default: series.emptied] += series }
        return sums.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    }

    /// The counts by the last label, in descending order.
    fileprivate var byLastLabel: [(label: String, count: UInt64)] {
        var sums: [String: UInt64] = [:]
        for series in self {
            let label = series.labels.last ?? ""
            sums[label] = (sums[label] ?? 0).saturatingAdd(series.values[0])
        }
        return sums.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }
}

extension Writer {
    fileprivate mutating func member(_ name: StaticString, _ count: UInt64) { member(name, Int(clamping: count)) }

    fileprivate mutating func member<Element>(
        _ name: StaticString, _ elements: [Element], _ write: (Element, inout Writer) -> Void
    ) {
        self.name(name)
        array { array in
            for element in elements { array.object { write(element, &$0) } }
        }
    }

    fileprivate mutating func member<Element>(
        _ name: StaticString, _ elements: [Element], _ write: (inout Writer, Element) -> Void
    ) {
        member(name, elements) { write(&$1, $0) }
    }

    fileprivate mutating func member(_ name: StaticString, _ number: Double?, places: Int) {
        self.name(name)
        decimal(number, places: places)
    }

    fileprivate mutating func decimal(_ number: Double?, places: Int) {
        guard let number else { return null() }
        json(Decimals.text(number, places: places).utf8)
    }

    fileprivate mutating func numbers(_ name: StaticString, _ numbers: [Int]) {
        self.name(name)
        array { for number in numbers { $0.integer(number) } }
    }

    fileprivate mutating func tokens(_ counts: [UInt64]) {
        object {
            $0.member("input", counts[0])
            $0.member("cached", counts[1])
            $0.member("output", counts[2])
            $0.member("reasoning", counts[3])
        }
    }

    fileprivate mutating func count(_ name: StaticString, _ entry: (label: String, count: UInt64)) {
        member(name, entry.label)
        member("count", entry.count)
    }

    fileprivate mutating func histogram(_ name: StaticString, _ series: Series?) {
        self.name(name)
        object {
            let count = series?.count ?? 0
            $0.member("count", count)
            $0.member("mean", count == 0 ? nil : (series?.sum ?? 0) / Double(count), places: 3)
            $0.member("p50", series?.quantile(0.5), places: 3)
            $0.member("p95", series?.quantile(0.95), places: 3)
            $0.member("p99", series?.quantile(0.99), places: 3)
        }
    }
}
