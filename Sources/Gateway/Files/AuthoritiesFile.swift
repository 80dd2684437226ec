internal import Upstream

/// A PEM file with certificate authorities that are trusted beside the system's (`UPSTREAM_CA_FILE`).
enum AuthoritiesFile {
    /// How many bytes it may have: the authorities of all browsers together have a quarter of a megabyte.
    static let sizeLimit = 4 << 20

    static func parse(_ bytes: [UInt8]) throws(ValueFault) -> Authorities {
        do throws(InvalidConfiguration) {
            return try Authorities(pem: bytes)
        } catch {
            throw ValueFault(error.description)
        }
    }
}
