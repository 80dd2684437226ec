/// The unit in which FastCGI speaks (FastCGI 1.0, sections 3.3 and 8).
enum Record {
    static let version: UInt8 = 1
    static let headerLength = 8

    enum Kind: UInt8 {
        case beginRequest = 1
        case abortRequest = 2
        case endRequest = 3
        case parameters = 4
        case standardInput = 5
        case standardOutput = 6
        case unknownType = 11
    }

    /// - Parameter content: at most 65 535 bytes; none ends a stream.
    static func encode(_ kind: Kind, requestID: UInt16, _ content: [UInt8] = []) -> [UInt8] {
        func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }
        return [version, kind.rawValue] + bytes(requestID) + bytes(UInt16(content.count)) + [0, 0] + content
    }
}
