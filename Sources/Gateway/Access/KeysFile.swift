#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A file of keys on disk (`PROXY_KEYS_FILE`).
public struct KeysFile: Sendable {
    let path: String

    /// Names a file, which need not be there yet. It is read when it is asked for something.
    public init(path: String) {
        self.path = path
    }

    /// - Throws: ``KeysFileFault`` when it cannot be read or used.
    func read() throws(KeysFileFault) -> KeyRing {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw KeysFileFault("the file '\(path)' cannot be read")
        }
        return try KeyRing(parsing: text)
    }
}
