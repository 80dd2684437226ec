internal import Glibc

/// The terminal during the live view: alternate screen, hidden cursor, and key presses delivered without Enter or echo.
struct TerminalScreen {
    /// In columns and lines.
    struct Size: Equatable {
        let width: Int
        let height: Int
    }

    private let attributes: termios

    /// Switches the terminal to the live view; nil if standard output is not a terminal.
    init?() {
        var attributes = termios()
        guard Terminal.isStandardOutput, tcgetattr(STDOUT_FILENO, &attributes) == 0 else { return nil }
        self.attributes = attributes
        attributes.c_lflag &= ~tcflag_t(ICANON | ECHO)
        // _POSIX_VDISABLE, which Swift does not import.
        let nothing: UInt8 = 0
        withUnsafeMutableBytes(of: &attributes.c_cc) { keys in
            // A read returns at once, even without input.
            keys[Int(VMIN)] = 0
            keys[Int(VTIME)] = 0
            // Disabled: Ctrl-Z and Ctrl-\ would stop or end the program before it restores the terminal.
            keys[Int(VSUSP)] = nothing
            keys[Int(VQUIT)] = nothing
        }
        tcsetattr(STDOUT_FILENO, TCSADRAIN, &attributes)
        write("\u{1B}[?1049h\u{1B}[?25l")
    }

    /// Restores the terminal.
    func giveBack() {
        write("\u{1B}[?25h\u{1B}[?1049l")
        var attributes = attributes
        tcsetattr(STDOUT_FILENO, TCSADRAIN, &attributes)
    }

    /// The size of the window; 80 × 24 if the terminal does not report it.
    var size: Size {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return Size(width: 80, height: 24)
        }
        return Size(width: Int(size.ws_col), height: Int(size.ws_row))
    }

    /// Draws the lines over the previous ones. A line may be as wide as the window.
    func draw(_ lines: [String]) {
        // Clear each line before writing it: after writing a full line, the cursor may still be on its last character.
        write("\u{1B}[H" + lines.map { "\u{1B}[2K\($0)" }.joined(separator: "\r\n") + "\u{1B}[0J")
    }

    /// Whether `q` was pressed since the last call, or the terminal is gone.
    func wasToldToEnd() -> Bool {
        guard Terminal.isStandardOutput else { return true }
        guard isatty(STDIN_FILENO) == 1 else { return false }
        var keys = [UInt8](repeating: 0, count: 64)
        let count = read(STDIN_FILENO, &keys, keys.count)
        return keys.prefix(max(0, count)).contains { $0 | 0x20 == UInt8(ascii: "q") }
    }

    private func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }
}
