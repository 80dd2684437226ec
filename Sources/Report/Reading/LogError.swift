internal import Glibc

/// Why a log cannot be read, or not completely.
struct LogError: Error, CustomStringConvertible {
    let name: String
    let reason: String

    init(_ name: String, _ reason: String) {
        self.name = name
        self.reason = reason
    }

    /// With the system's message for the error code of a failed call.
    init(_ name: String, code: Int32) {
        self.init(name, String(cString: strerror(code)))
    }

    var description: String { "\(SafeText.shown(name)): \(reason)" }
}
