internal import Glibc

/// Why a log cannot be read, or not to its end.
struct LogError: Error, CustomStringConvertible {
    let name: String
    let reason: String

    init(_ name: String, _ reason: String) {
        self.name = name
        self.reason = reason
    }

    /// What the system says about a call that has failed.
    init(_ name: String, code: Int32) {
        self.init(name, String(cString: strerror(code)))
    }

    var description: String { "\(SafeText.shown(name)): \(reason)" }
}
