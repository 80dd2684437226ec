/// What the first bytes on a connection promise, read from the records' headers (FastCGI 1.0, sections 3.3 and 8).
///
/// libfcgi trusts its peer, so it is given a connection only when the first record begins a request. And reading blocks
/// inside libfcgi, so who reads depends on whether there is something left to wait for.
enum RecordScan: Equatable {
    /// The bytes are not the beginning of a request.
    case foreign
    /// They may be, and more must come.
    case partial
    /// They are a responder's request to its end: reading it cannot block.
    case whole

    init(_ bytes: RawSpan) {
        guard Self.mayBeginRequest(bytes) else {
            self = .foreign
            return
        }
        self = Self.reachesEndOfInput(bytes) ? .whole : .partial
    }

    /// Whether the bytes say that the web server gives up the running request. None of the known servers does.
    static func isAbort(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= 2 && bytes[0] == Record.version && bytes[1] == Record.Kind.abortRequest.rawValue
    }

    private static func mayBeginRequest(_ bytes: RawSpan) -> Bool {
        let expected = [Record.version, Record.Kind.beginRequest.rawValue]
        for index in 0..<min(bytes.byteCount, expected.count) where bytes[index] != expected[index] { return false }
        return true
    }

    /// Walks from header to header up to the empty record that ends STDIN. A record of any other kind, or of another
    /// request, makes libfcgi answer or wait: that is not for here.
    private static func reachesEndOfInput(_ bytes: RawSpan) -> Bool {
        var offset = 0
        while offset + Record.headerLength <= bytes.byteCount {
            let content = Int(bytes[offset + 4]) << 8 | Int(bytes[offset + 5])
            let next = offset + Record.headerLength + content + Int(bytes[offset + 6])
            guard bytes[offset] == Record.version, bytes[offset + 2] == bytes[2], bytes[offset + 3] == bytes[3],
                next <= bytes.byteCount
            else { return false }
            switch Record.Kind(rawValue: bytes[offset + 1]) {
            case .beginRequest where offset == 0: break
            case .parameters: break
            case .standardInput: if content == 0 { return true }
            default: return false
            }
            offset = next
        }
        return false
    }
}

extension RawSpan {
    fileprivate subscript(offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
}
