/// FastCGI's protocol unit (FastCGI 1.0, sections 3.3 and 8).
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
        case getValues = 9
        case getValuesResult = 10
        case unknownType = 11
    }

    /// The start of every record.
    struct Header {
        /// The number of the record's type; an unknown type has no `kind`.
        let type: UInt8
        let requestID: UInt16
        let contentLength: Int
        let paddingLength: Int

        var kind: Kind? { Kind(rawValue: type) }

        /// - Parameter bytes: the header's `headerLength` bytes.
        init(_ bytes: RawSpan) {
            func byte(_ offset: Int) -> UInt8 { bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
            type = byte(1)
            requestID = UInt16(byte(2)) << 8 | UInt16(byte(3))
            contentLength = Int(byte(4)) << 8 | Int(byte(5))
            paddingLength = Int(byte(6))
        }
    }

    /// - Parameter content: at most 65 535 bytes; empty content ends a stream.
    static func encode(_ kind: Kind, requestID: UInt16, _ content: [UInt8] = []) -> [UInt8] {
        func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }
        return [version, kind.rawValue] + bytes(requestID) + bytes(UInt16(content.count)) + [0, 0] + content
    }

    /// An END_REQUEST record with the application status 0.
    static func encodeEnd(of requestID: UInt16, _ status: ProtocolStatus) -> [UInt8] {
        encode(.endRequest, requestID: requestID, [0, 0, 0, 0, status.rawValue, 0, 0, 0])
    }

    enum ProtocolStatus: UInt8 {
        case complete = 0
        case unknownRole = 3
    }
}
