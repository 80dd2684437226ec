internal import JSON

/// Finds what gpt-proxy has logged of a request in a line of whatever log it has ended in.
///
/// What other programs put around it is passed over: the prefixes of journald, syslog, Kubernetes and Apache; nginx's
/// error log, which has what a FastCGI program says between quotes, unescaped, and more behind it; and objects with the
/// line as a string (`log` of Docker's json-file, `MESSAGE` of `journalctl -o json`).
enum LineReader {
    /// What a line was.
    enum Outcome: Equatable {
        case request
        /// Something else: starts and stops, other programs.
        case other
        /// The line of a request, of which something is missing.
        case damaged
    }

    /// - Parameter request: takes what the line says, and the bytes that its names are in.
    static func read(_ line: RawSpan, _ request: (RequestLine, RawSpan) -> Void) -> Outcome {
        if line.hasPrefix("{") { return readObject(line, mayWrap: true, request) }
        if let outcome = readText(line, at: 0, request) { return outcome }
        guard let start = start(in: line) else { return .other }
        if line.hasPrefix("{", at: start) {
            return readObject(line.extracting(start..<line.byteCount), mayWrap: false, request)
        }
        return readText(line, at: start, request) ?? .other
    }

    /// Where gpt-proxy's words begin behind another program's. Not behind a quote, unless it is nginx's: between quotes,
    /// programs log what strangers send them, such as the path of a file that is not there.
    private static func start(in line: RawSpan) -> Int? {
        let quote = line.first(UInt8(ascii: "\"")) ?? line.byteCount
        let mark: StaticString = #"FastCGI sent in stderr: ""#
        if line.hasPrefix(mark, at: quote + 1 - mark.utf8CodeUnitCount) { return quote + 1 }
        if line.hasPrefix(#"{"time":""#, at: quote - 1) { return quote - 1 }
        return textStart(in: line.extracting(0..<quote))
    }
}
