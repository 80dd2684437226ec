internal import Glibc

/// The terminal that standard output may be connected to.
enum Terminal {
    static var isStandardOutput: Bool { isatty(STDOUT_FILENO) == 1 }

    /// The width in columns: the terminal's, else `COLUMNS`, else 80.
    static var width: Int {
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return Start.environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
    }

    /// Whether to use color: in a terminal that supports it, unless its user has set `NO_COLOR` (no-color.org).
    static var hasColor: Bool {
        isStandardOutput && (Start.environment["NO_COLOR"] ?? "").isEmpty && Start.environment["TERM"] != "dumb"
    }
}
