internal import JSON

/// Finds gpt-proxy's log entry of a request in a line of any log.
///
/// Skips what other programs add: the prefixes of journald, syslog, Kubernetes and Apache; nginx's error log, which puts a
/// FastCGI program's output between quotes without escaping and appends more text; and objects that contain the line as a
/// string (`log` of Docker's json-file, `MESSAGE` of `journalctl -o json`).
enum LineReader {
    /// The kind of a line.
    enum Outcome: Equatable {
        case request
        /// Anything else: start and stop messages, other programs' lines.
        case other
        /// A request line with missing parts.
        case damaged
    }

    /// - Parameter request: called with the parsed line, and the bytes that its ranges refer to.
    static func read(_ line: RawSpan, _ request: (RequestLine, RawSpan) -> Void) -> Outcome {
        if line.hasPrefix("{") { return readObject(line, mayWrap: true, request) }
        if let outcome = readText(line, at: 0, request) { return outcome }
        guard let start = start(in: line) else { return .other }
        if line.hasPrefix("{", at: start) {
            return readObject(line.extracting(start..<line.byteCount), mayWrap: false, request)
        }
        return readText(line, at: start, request) ?? .other
    }

    /// The offset of gpt-proxy's text after another program's prefix. Text after a quote is ignored, unless the quote is
    /// nginx's: programs log clients' data between quotes, such as the path of a missing file.
    private static func start(in line: RawSpan) -> Int? {
        let quote = line.first(UInt8(ascii: "\"")) ?? line.byteCount
        let mark: StaticString = #"FastCGI sent in stderr: ""#
        if line.hasPrefix(mark, at: quote + 1 - mark.utf8CodeUnitCount) { return quote + 1 }
        if line.hasPrefix(#"{"time":""#, at: quote - 1) { return quote - 1 }
        return textStart(in: line.extracting(0..<quote))
    }
}
