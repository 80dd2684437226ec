internal import Glibc
public import Logging

/// The process's standard error, which the web server or the service manager stores as the log. A service writes there with
/// ``LogWriter``; the functions here block until the reader has room.
public enum StandardError {
    /// Writes a whole line with one call, so that lines of several threads do not mix.
    static func write(_ line: [UInt8]) {
        var rest = line[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            // The reader has closed the pipe. The program continues without its log.
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }

    /// Writes a line of text.
    public static func write(_ text: String) {
        write(Array((text + "\n").utf8))
    }

    /// A logger for events outside requests: starts, stops, configuration errors.
    public static func logger(level: Logger.Level, format: LogFormat) -> Logger {
        Logger(label: "gpt-proxy") { _ in
            var handler = LineLogHandler(format: format)
            handler.logLevel = level
            return handler
        }
    }
}
