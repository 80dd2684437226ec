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
        var record: [UInt8] = []
        appendHeader(kind, requestID, contentLength: content.count, to: &record)
        return record + content
    }

    /// An END_REQUEST record with the application status 0.
    static func encodeEnd(of requestID: UInt16, _ status: ProtocolStatus) -> [UInt8] {
        var record: [UInt8] = []
        appendEnd(of: requestID, status, to: &record)
        return record
    }

    /// - Parameters:
    ///   - contentLength: at most 65 535 bytes.
    ///   - paddingLength: at most 255 bytes.
    static func appendHeader(
        _ kind: Kind, _ requestID: UInt16, contentLength: Int, paddingLength: Int = 0, to bytes: inout [UInt8]
    ) {
        bytes += [version, kind.rawValue, UInt8(requestID >> 8), UInt8(requestID & 0xFF)]
        bytes += [UInt8(contentLength >> 8), UInt8(contentLength & 0xFF), UInt8(paddingLength), 0]
    }

    static func appendEnd(of requestID: UInt16, _ status: ProtocolStatus, to bytes: inout [UInt8]) {
        appendHeader(.endRequest, requestID, contentLength: 8, to: &bytes)
        bytes += [0, 0, 0, 0, status.rawValue, 0, 0, 0]
    }

    /// FCGI_UNKNOWN_TYPE for the type 0.
    static func appendUnknownType(to bytes: inout [UInt8]) {
        appendHeader(.unknownType, 0, contentLength: 8, to: &bytes)
        bytes += [0, 0, 0, 0, 0, 0, 0, 0]
    }

    enum ProtocolStatus: UInt8 {
        case complete = 0
        case unknownRole = 3
    }
}
