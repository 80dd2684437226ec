import Models
@testable import Report

/// A parsed line, with names instead of their positions.
struct Read: Equatable {
    var outcome: LineReader.Outcome
    var line = RequestLine()
    var caller: String?
    var model: String?
    var route: String?
    var error: String?
    var tier: String?

    init(_ text: String) {
        let bytes = Array(text.utf8)
        var read: Read?
        let outcome = LineReader.read(bytes.span.bytes) { line, bytes in read = Read(line, bytes) }
        self = read ?? Read(outcome: outcome)
        self.outcome = outcome
    }

    private init(outcome: LineReader.Outcome) {
        self.outcome = outcome
    }

    private init(_ line: RequestLine, _ bytes: RawSpan) {
        outcome = .request
        caller = Self.text(line.caller, bytes)
        model = Self.text(line.model, bytes)
        route = Self.text(line.route, bytes)
        error = Self.text(line.error, bytes)
        tier = Self.text(line.tier, bytes)
        self.line = line
        // The positions of names differ between the formats.
        (self.line.caller, self.line.model, self.line.route, self.line.error) = (nil, nil, nil, nil)
        self.line.tier = nil
    }

    private static func text(_ place: Range<Int>?, _ bytes: RawSpan) -> String? {
        guard let place else { return nil }
        var names = NameTable()
        let number = names.number(of: bytes.extracting(place))
        return names.texts[number]
    }
}

extension Catalogue {
    /// Models with prices for tests only, so that results do not change with a vendor's prices.
    static let inTests: Catalogue = {
        let rows = """
            model,input,cached_input,cache_write,output,long_context_from,long_input,long_cached_input,long_output
            large,1.25,0.125,,10
            large-mini,0.25,0.025,,2
            long,2,0.2,2.5,10,1000,4,0.4,15
            """
        do { return try Catalogue(addingRowsOf: rows) } catch { preconditionFailure("\(error)") }
    }()
}

/// A log line as gpt-proxy writes it.
func jsonLine(
    _ time: String = "2026-11-24T10:00:00.123Z", caller: String = "ann", model: String = "large", status: Int = 200,
    input: Int = 1000, cached: Int = 200, output: Int = 100, reasoning: Int = 40, firstByte: Int = 300,
    duration: Int = 2000, more: String = ""
) -> String {
    """
    {"time":"\(time)","request_id":"r","caller":"\(caller)","method":"POST","route":"/proxy","model":"gpt-4o",\
    "model_sent":"\(model)","stream":false,"status":\(status),"upstream_status":200,"input_tokens":\(input),\
    "cached_tokens":\(cached),"output_tokens":\(output),"reasoning_tokens":\(reasoning),"first_byte_ms":\(firstByte),\
    "duration_ms":\(duration)\(more)}
    """
}

/// The summary of log lines.
func summary(
    _ lines: [String], by dimensions: [Selection.Dimension] = [.caller, .model], since: String? = nil,
    until: String? = nil, callers: [String] = [], models: [String] = [], catalogue: Catalogue = .inTests
) -> Summary {
    let selection = Selection(
        by: dimensions, since: since.flatMap { TimeLimit($0) }, until: until.flatMap { TimeLimit($0) },
        callers: callers, models: models, catalogue: catalogue)
    var aggregate = Aggregate(selection)
    for line in lines {
        _ = LineReader.read(Array(line.utf8).span.bytes) { aggregate.add($0, $1) }
    }
    return aggregate.summary
}
