internal import ArgumentParser
internal import Gateway
internal import Presentation

/// Ways to end that are not success. The numbers are those of sysexits.h, which web servers and service managers know.
enum Exit {
    /// Configuration that cannot be used (EX_CONFIG).
    static func configuration(_ message: String) -> ExitCode {
        say(message)
        return ExitCode(78)
    }

    /// Everything else.
    static func failure(_ message: String) -> ExitCode {
        say(message)
        return ExitCode(1)
    }

    private static func say(_ message: String) {
        for line in message.split(separator: "\n") { StandardError.write("gpt-proxy: \(PlainText.of(String(line)))") }
    }
}
