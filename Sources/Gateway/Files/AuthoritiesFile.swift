internal import Upstream

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A PEM file with certificate authorities that are trusted beside the system's (`UPSTREAM_CA_FILE`).
enum AuthoritiesFile {
    static func read(_ path: String) throws(ValueFault) -> Authorities {
        guard let data = FileManager.default.contents(atPath: path) else { throw ValueFault("it cannot be read") }
        do throws(InvalidConfiguration) {
            return try Authorities(pem: Array(data))
        } catch {
            throw ValueFault(error.description)
        }
    }
}
