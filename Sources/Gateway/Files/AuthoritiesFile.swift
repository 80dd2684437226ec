internal import Settings
internal import Upstream

/// A PEM file of certificate authorities that are trusted in addition to the system's (`UPSTREAM_CA_FILE`).
enum AuthoritiesFile {
    /// The maximum size of the file, in bytes: the authorities of all browsers together take a quarter of a megabyte.
    static let sizeLimit = 4 << 20

    static func parse(_ bytes: [UInt8]) throws(ValueFault) -> Authorities {
        do throws(InvalidConfiguration) {
            return try Authorities(pem: bytes)
        } catch {
            throw ValueFault(error.description)
        }
    }
}
