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
        if let start = line.first(#"{"time":""#) {
            return readObject(line.extracting(start..<line.byteCount), mayWrap: false, request)
        }
        return textStart(in: line).flatMap { readText(line, at: $0, request) } ?? .other
    }
}
