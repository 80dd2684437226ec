internal import ArgumentParser
internal import Gateway
internal import Logs
internal import Presentation

/// Exit codes other than success. The numbers are those of sysexits.h, which service managers know.
enum Exit {
    /// Prints the message; for a configuration that cannot be used (EX_CONFIG).
    static func configuration(_ message: String) -> ExitCode {
        say(message)
        return ExitCode(78)
    }

    /// Prints the message; for all other failures.
    static func failure(_ message: String) -> ExitCode {
        say(message)
        return ExitCode(1)
    }

    private static func say(_ message: String) {
        for line in message.split(separator: "\n") { StandardError.write("gpt-proxy: \(PlainText.of(String(line)))") }
    }
}
