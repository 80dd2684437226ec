internal import Glibc

/// What standard output is shown on.
enum Terminal {
    static var isStandardOutput: Bool { isatty(STDOUT_FILENO) == 1 }

    /// How many columns there are: what the terminal says, else `COLUMNS`, else 80.
    static var width: Int {
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return Start.environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
    }

    /// Whether there may be color: in a terminal that has it, unless its user wants none (no-color.org).
    static var hasColor: Bool {
        isStandardOutput && (Start.environment["NO_COLOR"] ?? "").isEmpty && Start.environment["TERM"] != "dumb"
    }
}
